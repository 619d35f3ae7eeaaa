package dev.skerry.streams;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.time.InstantSource;
import java.util.List;

/** Rules as a capability of a site: one engine and the reconciler that feeds it. */
public final class StreamsModule implements AutoCloseable {

    private final RuleEngine engine;
    private final RuleReconciler reconciler;

    public StreamsModule(
            KubernetesClient client, Bus bus, DeviceCommands commands, EventLog events, InstantSource clock) {
        engine = new RuleEngine(bus, commands, events, clock);
        reconciler = new RuleReconciler(client, engine);
    }

    /** What the operator of this process must register. */
    public List<Reconciler<?>> reconcilers() {
        return List.of(reconciler);
    }

    @Override
    public void close() {
        reconciler.close();
        engine.close();
    }
}
