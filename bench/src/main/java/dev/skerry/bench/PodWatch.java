package dev.skerry.bench;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What a watch tells of Pods, and when. */
final class PodWatch implements AutoCloseable {

    private final Map<String, Seen> pods = new TreeMap<>();
    private final Map<String, Long> firstReady = new HashMap<>();
    private final Watch watch;

    /** @param container the id of the only container, or nothing yet */
    record Seen(boolean ready, int restarts, String container) {}

    PodWatch(KubernetesClient client, String namespace) {
        watch = client.pods().inNamespace(namespace).watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, Pod pod) {
                see(action, pod);
            }

            @Override
            public void onClose(WatcherException cause) {}
        });
    }

    static Seen seen(Pod pod) {
        boolean ready = pod.getStatus().getConditions().stream().anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
        var status = pod.getStatus().getContainerStatuses().stream().findFirst();
        return new Seen(ready, status.map(s -> s.getRestartCount()).orElse(0), status.map(s -> Optional.ofNullable(s.getContainerID()).orElse("")).orElse(""));
    }

    private synchronized void see(Watcher.Action action, Pod pod) {
        var name = pod.getMetadata().getName();
        if (action == Watcher.Action.DELETED) {
            pods.remove(name);
        } else {
            var now = seen(pod);
            pods.put(name, now);
            if (now.ready()) {
                firstReady.putIfAbsent(name, System.nanoTime());
            }
        }
        notifyAll();
    }

    /** When each of these was first seen ready, in nanoseconds of this process. */
    synchronized Map<String, Long> awaitReady(Collection<String> names, Duration most) throws IOException, InterruptedException {
        await(all -> firstReady.keySet().containsAll(names), names.size() + " Pods ready", most);
        return Map.copyOf(firstReady);
    }

    /** Waits until all Pods together are as asked for. */
    synchronized void await(Predicate<Map<String, Seen>> wish, String words, Duration most) throws IOException, InterruptedException {
        var end = System.nanoTime() + most.toNanos();
        while (!wish.test(pods)) {
            var left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new IOException("Pods: " + pods + " after " + most.toSeconds() + "s (expected: " + words + ")");
            }
            wait(left);
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
