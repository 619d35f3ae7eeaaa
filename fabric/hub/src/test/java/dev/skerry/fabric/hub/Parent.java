package dev.skerry.fabric.hub;

import io.javaoperatorsdk.operator.Operator;
import java.io.IOException;
import java.io.UncheckedIOException;

/** An island with a hub and the operator that runs its reconcilers. */
final class Parent implements AutoCloseable {

    final Island island;
    final Hub hub;
    private final Operator operator;

    Parent(Island island) {
        this(island, 0);
    }

    Parent(Island island, int port) {
        this.island = island;
        try {
            hub = Hub.start(island.hub(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        operator = new Operator(o -> o.withKubernetesClient(island.client).withCloseClientOnStop(false));
        hub.reconcilers().forEach(operator::register);
        operator.start();
    }

    @Override
    public void close() {
        operator.stop();
        hub.close();
    }
}
