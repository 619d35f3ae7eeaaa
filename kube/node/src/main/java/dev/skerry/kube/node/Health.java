package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the probes of one Pod's running containers have found so far: a virtual thread for each probe, which ends with its
 * container. Until the startup probe has held, the other two wait.
 */
final class Health implements AutoCloseable {

    private static final int PERIOD = 10;
    private static final int FAILURES = 3;

    private final Probes probes;
    private final PodEvents events;
    private final Runnable changed;
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();

    /** Of one container's run. {@code null} while nothing is known. */
    private static final class Watched {
        volatile @Nullable Boolean started;
        volatile @Nullable Boolean ready;
        volatile @Nullable String mustDie;
        volatile boolean over;
        volatile boolean ending;
    }

    /** @param changed is called, from a probe's thread, when an answer changes */
    Health(Probes probes, PodEvents events, Runnable changed) {
        this.probes = probes;
        this.events = events;
        this.changed = changed;
    }

    /**
     * Begins to ask a container that runs; the same again changes nothing.
     *
     * @param before what the API says of this very run: an agent that comes back does not call it unready until it knows better
     */
    void watch(Pod pod, Container container, String id, String podIp, Optional<ContainerStatus> before) {
        if (watched.containsKey(id) || container.getStartupProbe() == null && container.getReadinessProbe() == null && container.getLivenessProbe() == null) {
            return;
        }
        var now = new Watched();
        if (container.getStartupProbe() == null) {
            now.started = true;
        }
        if (container.getReadinessProbe() == null) {
            now.ready = true;
        }
        before.ifPresent(b -> {
            now.started = Boolean.TRUE.equals(b.getStarted()) ? Boolean.TRUE : now.started;
            now.ready = Boolean.TRUE.equals(b.getReady()) ? Boolean.TRUE : now.ready;
        });
        watched.put(id, now);
        begin("startup", Boolean.TRUE.equals(now.started) ? null : container.getStartupProbe(), pod, container, id, podIp, now);
        begin("readiness", container.getReadinessProbe(), pod, container, id, podIp, now);
        begin("liveness", container.getLivenessProbe(), pod, container, id, podIp, now);
    }

    private void begin(String sort, @Nullable Probe probe, Pod pod, Container container, String id, String podIp, Watched now) {
        if (probe != null) {
            Thread.ofVirtual().name(sort + "-probe-" + pod.getMetadata().getName() + "/" + container.getName())
                    .start(() -> run(sort, probe, pod, container, id, podIp, now));
        }
    }

    private void run(String sort, Probe probe, Pod pod, Container container, String id, String podIp, Watched now) {
        var period = Duration.ofSeconds(or(probe.getPeriodSeconds(), PERIOD));
        int failed = 0;
        int held = 0;
        try {
            TimeUnit.SECONDS.sleep(or(probe.getInitialDelaySeconds(), 0));
            while (!now.over && !(now.ending && !sort.equals("readiness"))) {
                if (sort.equals("startup") || Boolean.TRUE.equals(now.started)) {
                    Optional<String> fault;
                    try {
                        fault = probes.ask(probe, pod, container, id, podIp);
                    } catch (Probes.NotAskedException e) {
                        if (now.over) {
                            return;
                        }
                        // Says nothing of the container.
                        events.warning(pod, container.getName(), "Unhealthy", name(sort) + " probe errored and resulted in unknown state: " + e.getMessage());
                        TimeUnit.NANOSECONDS.sleep(period.toNanos());
                        continue;
                    }
                    if (now.over) {
                        return;
                    }
                    failed = fault.isPresent() ? failed + 1 : 0;
                    held = fault.isPresent() ? 0 : held + 1;
                    fault.ifPresent(f -> events.warning(pod, container.getName(), "Unhealthy", name(sort) + " probe failed: " + f));
                    if (failed >= or(probe.getFailureThreshold(), FAILURES)) {
                        answer(sort, false, now);
                        if (!sort.equals("readiness")) {
                            // It is restarted, or ends the Pod.
                            return;
                        }
                    } else if (held >= or(probe.getSuccessThreshold(), 1)) {
                        answer(sort, true, now);
                        if (sort.equals("startup")) {
                            return;
                        }
                    }
                }
                TimeUnit.NANOSECONDS.sleep(Boolean.TRUE.equals(now.started) || sort.equals("startup") ? period.toNanos() : Duration.ofMillis(500).toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String name(String sort) {
        return Character.toUpperCase(sort.charAt(0)) + sort.substring(1);
    }

    private void answer(String sort, boolean well, Watched now) {
        switch (sort) {
            case "readiness" -> {
                if (!Boolean.valueOf(well).equals(now.ready)) {
                    now.ready = well;
                    changed.run();
                }
            }
            case "startup" -> {
                if (well && !Boolean.TRUE.equals(now.started)) {
                    now.started = true;
                    changed.run();
                } else if (!well && now.mustDie == null) {
                    now.mustDie = "startup";
                    changed.run();
                }
            }
            default -> {
                if (!well && now.mustDie == null) {
                    now.mustDie = "liveness";
                    changed.run();
                }
            }
        }
    }

    private static int or(@Nullable Integer value, int otherwise) {
        return value == null || value == 0 && otherwise > 0 ? otherwise : value;
    }

    /** Whether the startup probe has held; true if there is none. */
    boolean started(Container container, String id) {
        if (container.getStartupProbe() == null) {
            return true;
        }
        var one = watched.get(id);
        return one != null && Boolean.TRUE.equals(one.started);
    }

    boolean ready(Container container, String id) {
        if (!started(container, id)) {
            return false;
        }
        if (container.getReadinessProbe() == null) {
            return true;
        }
        var one = watched.get(id);
        return one != null && Boolean.TRUE.equals(one.ready);
    }

    /** The probe, liveness or startup, because of which the container must be restarted. */
    Optional<String> mustDie(String id) {
        var one = watched.get(id);
        return one == null ? Optional.empty() : Optional.ofNullable(one.mustDie);
    }

    /** The Pod ends: nothing is restarted any more; whether it is ready is still asked. */
    void stopRestarts() {
        watched.values().forEach(w -> w.ending = true);
    }

    /** Forgets all containers but these. */
    void keepOnly(java.util.Set<String> ids) {
        watched.forEach((id, one) -> {
            if (!ids.contains(id)) {
                one.over = true;
                watched.remove(id);
            }
        });
    }

    @Override
    public void close() {
        keepOnly(java.util.Set.of());
    }
}
