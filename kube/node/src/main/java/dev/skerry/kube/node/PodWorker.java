package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A virtual thread for one Pod: looks at it when something has changed, and when it is time. */
final class PodWorker implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(PodWorker.class.getName());
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private volatile Pod pod;
    private final PodParts parts;
    private final PodSync sync;
    private final Consumer<PodWorker> done;
    private final BlockingQueue<Boolean> kicks = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile boolean gone;

    /** @param done hears when the Pod has been ended and removed, or has gone from the API and from here */
    PodWorker(Pod pod, PodParts parts, Consumer<PodWorker> done) {
        this.pod = pod;
        this.parts = parts;
        this.sync = new PodSync(parts, this::kick);
        this.done = done;
        this.thread = Thread.ofVirtual().name("pod-" + pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName()).unstarted(this::run);
    }

    void start() {
        kick();
        thread.start();
    }

    String uid() {
        return pod.getMetadata().getUid();
    }

    void update(Pod now) {
        pod = now;
        kick();
    }

    /** The API has it no more. */
    void gone() {
        gone = true;
        kick();
    }

    /** Whether its volumes or its containers' variables come from the ConfigMap or Secret. */
    boolean uses(String kind, String namespace, String name) {
        return namespace.equals(pod.getMetadata().getNamespace()) && SourceWatch.uses(pod, kind, name);
    }

    void evict(Evictions.Eviction why) {
        sync.evict(why);
        kick();
    }

    void refreshVolumes() {
        sync.refreshVolumes();
        kick();
    }

    void kick() {
        var unused = kicks.offer(true);
    }

    private void run() {
        var wait = Optional.of(Duration.ZERO);
        var retry = FIRST_RETRY;
        try {
            while (wait.isPresent()) {
                var unused = kicks.poll(wait.get().toMillis(), TimeUnit.MILLISECONDS);
                try {
                    wait = look();
                    retry = FIRST_RETRY;
                } catch (StatusRuntimeException | KubernetesClientException | IOException e) {
                    var meta = pod.getMetadata();
                    LOG.log(WARNING, "pod {0}/{1}: {2} (next try in {3} ms)", meta.getNamespace(), meta.getName(), e.getMessage(), retry.toMillis());
                    wait = Optional.of(retry);
                    retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
                } catch (RuntimeException e) {
                    // The edge of the thread: one Pod's trouble harms no other.
                    LOG.log(WARNING, "pod " + pod.getMetadata().getName() + ": failed, tried again in " + LAST_RETRY.toSeconds() + "s", e);
                    wait = Optional.of(LAST_RETRY);
                }
            }
            sync.close();
            done.accept(this);
        } catch (InterruptedException e) {
            // Closed: containers go on without us.
            sync.close();
        }
    }

    private Optional<Duration> look() throws IOException, InterruptedException {
        if (gone) {
            sync.end(pod);
            return Optional.empty();
        }
        return sync.sync(pod);
    }

    /** Ends the thread; the Pod goes on. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            var unused = thread.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
