package dev.skerry.kube.controllers;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** A node that runs nothing and says that all runs well: Pods bound to it become ready, and go when they are asked to. */
final class FakeKubelet implements AutoCloseable {

    private final KubernetesClient client;
    private final String node;
    private final Predicate<Pod> healthy;
    private final ExecutorService work = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("kubelet").factory());
    private final Watch watch;

    /** @param healthy which Pods become ready */
    FakeKubelet(KubernetesClient client, String node, Predicate<Pod> healthy) {
        this.client = client;
        this.node = node;
        this.healthy = healthy;
        client.resource(node(node, "4", "8Gi").build()).create();
        tell(client, node(node, "4", "8Gi").build());
        watch = client.pods().inAnyNamespace().watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, Pod pod) {
                if (action != Action.DELETED && node.equals(pod.getSpec().getNodeName())) {
                    work.execute(() -> look(pod));
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                // The test is over.
            }
        });
    }

    /** Writes the node's status, also while the controllers write the node. */
    static void tell(KubernetesClient client, Node node) {
        await().ignoreExceptionsMatching(e -> e instanceof KubernetesClientException k && k.getCode() == HttpURLConnection.HTTP_CONFLICT).until(() -> client.nodes()
                .withName(node.getMetadata().getName()).editStatus(n -> new NodeBuilder(n).withStatus(node.getStatus()).build()) != null);
    }

    static NodeBuilder node(String name, String cpu, String memory) {
        var room = Map.of("cpu", new Quantity(cpu), "memory", new Quantity(memory), "pods", new Quantity("110"));
        return new NodeBuilder()
                .withNewMetadata().withName(name).addToLabels("kubernetes.io/hostname", name).endMetadata()
                .withNewStatus().withAllocatable(room).withCapacity(room)
                .addNewCondition().withType("Ready").withStatus("True").withReason("KubeletReady").withMessage("the node is ready").endCondition()
                .endStatus();
    }

    private void look(Pod pod) {
        try {
            if (Cache.leaving(pod)) {
                client.resource(pod).withGracePeriod(0).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
            } else if (PodState.phase(pod).equals("Pending") && healthy.test(pod)) {
                var now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
                client.resource(pod).editStatus(p -> new PodBuilder(p).withStatus(new PodStatusBuilder(p.getStatus())
                        .withPhase("Running").withPodIP("10.42.0.9")
                        .addNewCondition().withType("Ready").withStatus("True").withLastTransitionTime(now).endCondition().build()).build());
            }
        } catch (KubernetesClientException e) {
            // It has changed or gone meanwhile, and then it comes again, or never.
            return;
        }
    }

    @Override
    public void close() {
        watch.close();
        work.shutdownNow();
    }
}
