package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.jspecify.annotations.Nullable;

/**
 * The controllers of the standard kinds. They are ordinary clients of the API, and keep nothing that it does not hold. Of several programs
 * that share one store, one runs them at a time.
 */
public final class Controllers implements AutoCloseable {

    private static final String NAMESPACE = "kube-system";
    private static final String LEASE = "kube-controller-manager";

    private final AutoCloseable what;

    private Controllers(AutoCloseable what) {
        this.what = what;
    }

    /**
     * Starts all controllers; returns when each knows the present state, which takes at most 30 seconds. Where the store is shared it
     * returns at once, and they start when this program comes to lead.
     *
     * @param client stays the caller's, who closes it after the controllers
     * @throws IllegalStateException if the API does not answer
     */
    public static Controllers start(KubernetesClient client, ControllersConfig config) {
        var writer = new Writer(client);
        if (config.shared().isEmpty()) {
            return new Controllers(Running.start(writer, config));
        }
        writer.create(new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build());
        var election = new LeaderElection(writer, config.clock(), NAMESPACE, LEASE, config.shared().get(), new Leading(writer, config));
        election.start();
        return new Controllers(election);
    }

    /** Runs the controllers while this program leads. */
    private static final class Leading implements LeaderElection.Office {

        private final Writer writer;
        private final ControllersConfig config;
        private @Nullable Running running;

        Leading(Writer writer, ControllersConfig config) {
            this.writer = writer;
            this.config = config;
        }

        @Override
        public void begin() {
            running = Running.start(writer, config);
        }

        @Override
        public void end() {
            if (running != null) {
                running.close();
                running = null;
            }
        }
    }

    /** Stops them; what they had begun is finished by the next that starts. */
    @Override
    public void close() {
        try {
            what.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("controllers: " + e.getMessage(), e);
        }
    }
}
