package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.LogDigest;
import dev.skerry.fabric.link.LogEntry;
import dev.skerry.fabric.link.LogPosition;
import dev.skerry.fabric.link.LogSource;
import dev.skerry.fabric.link.StateLog;
import dev.skerry.model.Kinds;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * What each site shall have: the Works of its namespace as a log whose numbers are the store's resource versions and whose epoch
 * lies with the {@code Site}. So a hub that starts anew goes on, and one over a restored store notices.
 */
final class DesiredLogs implements AutoCloseable {

    private static final int TOMBSTONES = 256;
    private static final Duration FIRST_STATE = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final SharedIndexInformer<Work> informer;
    private final Map<String, SiteLog> logs = new ConcurrentHashMap<>();
    private final Consumer<String> workChanged;
    private volatile long listedAt;

    /** @param workChanged hears the name of a site one of whose Works, or their status, has changed */
    DesiredLogs(KubernetesClient client, Consumer<String> workChanged) {
        this.client = client;
        this.workChanged = workChanged;
        informer = client.resources(Work.class).inAnyNamespace().runnableInformer(0);
        informer.exceptionHandler((started, problem) -> true);
        informer.addIndexers(Map.of("site", w -> List.of(siteOf(w))));
    }

    /** Returns when the present Works are known. */
    void start() {
        try {
            informer.start().toCompletableFuture().get(FIRST_STATE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("hub: interrupted while starting", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("hub: the API did not tell its Works (expected: within " + FIRST_STATE.toSeconds() + "s)", e);
        }
        listedAt = number(informer.lastSyncResourceVersion());
        // Only now: what was there at the start is read by site, when the site comes.
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Work work) {
                changed(work, false);
            }

            @Override
            public void onUpdate(Work before, Work now) {
                changed(now, false);
            }

            @Override
            public void onDelete(Work work, boolean unknownFinalState) {
                changed(work, true);
            }
        });
    }

    private static String siteOf(Work work) {
        var namespace = work.getMetadata().getNamespace();
        return namespace.startsWith(Kinds.SITE_NAMESPACE_PREFIX) ? namespace.substring(Kinds.SITE_NAMESPACE_PREFIX.length()) : "";
    }

    private static long number(String version) {
        return version == null || version.isEmpty() ? 0 : Long.parseLong(version);
    }

    /** The Works of a site, as the API has told them. */
    List<Work> works(String site) {
        return informer.getIndexer().byIndex("site", site);
    }

    private void changed(Work work, boolean deleted) {
        var site = siteOf(work);
        if (site.isEmpty()) {
            return;
        }
        var log = logs.get(site);
        if (log != null) {
            log.changed(work, deleted);
        }
        workChanged.accept(site);
    }

    /** A site's log; made from the Works that are there when it is first asked for. */
    LogSource of(Site site) {
        return logs.computeIfAbsent(site.getMetadata().getName(), name -> {
            var annotations = site.getMetadata().getAnnotations();
            var epoch = annotations == null ? "" : annotations.getOrDefault(Registry.DESIRED_EPOCH, "");
            var log = new SiteLog(name, epoch.isEmpty() ? name + "-" + site.getMetadata().getUid() : epoch, listedAt);
            works(name).forEach(log::load);
            return log;
        });
    }

    /** Forgets a site that is no more. */
    void forget(String site) {
        logs.remove(site);
    }

    private final class SiteLog implements LogSource {

        private final String site;
        private final StateLog log;
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        private String epoch;

        SiteLog(String site, String epoch, long sequence) {
            this.site = site;
            this.epoch = epoch;
            this.log = new StateLog(epoch, sequence, TOMBSTONES);
        }

        void load(Work work) {
            log.load(number(work.getMetadata().getResourceVersion()), work.getMetadata().getName(), work.getSpec().revision(), payload(work));
        }

        void changed(Work work, boolean deleted) {
            var name = work.getMetadata().getName();
            boolean different = deleted ? log.delete(name) : log.putAt(number(work.getMetadata().getResourceVersion()), name, work.getSpec().revision(), payload(work));
            if (different) {
                listeners.forEach(Runnable::run);
            }
        }

        private byte[] payload(Work work) {
            return client.getKubernetesSerialization().asJson(work.getSpec()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String log() {
            return "desired";
        }

        @Override
        public StateLog.Answer after(LogPosition held) {
            var answer = log.after(held);
            var now = log.position().epoch();
            if (!now.equals(epoch)) {
                // The store is an older copy of what the site has seen: the new epoch is kept beside it.
                epoch = now;
                client.resources(Site.class).withName(site).edit(s -> {
                    s.getMetadata().getAnnotations().put(Registry.DESIRED_EPOCH, now);
                    return s;
                });
            }
            return answer;
        }

        @Override
        public List<LogEntry> wanted(LogDigest digest, Collection<String> keys) {
            return log.wanted(digest, keys);
        }

        @Override
        public AutoCloseable onChange(Runnable changed) {
            listeners.add(changed);
            return () -> listeners.remove(changed);
        }
    }

    @Override
    public void close() {
        informer.stop();
    }
}
