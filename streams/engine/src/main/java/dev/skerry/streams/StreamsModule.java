package dev.skerry.streams;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.io.IOException;
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

    private StreamsModule(KubernetesClient client, RuleEngine engine) {
        this.engine = engine;
        reconciler = new RuleReconciler(client, engine);
    }

    /** Rules that go on after a restart where they stood, if the parts name a folder. */
    public static StreamsModule of(KubernetesClient client, EngineParts parts) throws IOException {
        return new StreamsModule(client, RuleEngine.of(parts));
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
