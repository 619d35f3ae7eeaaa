package dev.skerry.fabric.hub;

import dev.skerry.model.Kinds;
import dev.skerry.model.Work;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** All Works of this place, by site and by App: one watch for everybody who needs them. */
final class Works implements AutoCloseable {

    /** Is told what changed; quickly, on the informer's thread. */
    interface Listener {
        /**
         * A Work came, went, or is otherwise.
         *
         * @param news whether the site must hear of it; a status is no news to it
         */
        void workChanged(String site, Work work, boolean news);
    }

    private final Lineage lineage;
    private final Listener listener;
    private final Predicate<String> accepted;
    private final Map<String, DesiredLog> logs = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Work>> byApp = new ConcurrentHashMap<>();
    private final SharedIndexInformer<Work> informer;

    /** @param accepted sites for which an operator accepts what a restored store holds */
    Works(KubernetesClient client, Lineage lineage, Predicate<String> accepted, Listener listener) {
        this.lineage = lineage;
        this.listener = listener;
        this.accepted = accepted;
        informer = client.resources(Work.class).inAnyNamespace().runnableInformer(0);
        informer.exceptionHandler((started, problem) -> true).addEventHandler(new ResourceEventHandler<Work>() {
            @Override
            public void onAdd(Work work) {
                put(work);
            }

            @Override
            public void onUpdate(Work old, Work work) {
                put(work);
            }

            @Override
            public void onDelete(Work work, boolean unseen) {
                remove(work);
            }
        });
    }

    void start() {
        Informers.start(informer);
    }

    /** Made when it is first asked for; an empty one weighs nothing to speak of. */
    DesiredLog ofSite(String site) {
        return logs.computeIfAbsent(site, s -> new DesiredLog(lineage, () -> accepted.test(s)));
    }

    Optional<Work> find(String site, String name) {
        return Optional.ofNullable(ofSite(site).find(name));
    }

    /** An App's Works by site. */
    Map<String, Work> ofApp(String namespace, String app) {
        return Map.copyOf(byApp.getOrDefault(namespace + "/" + app, Map.of()));
    }

    List<Work> all() {
        return informer.getStore().list();
    }

    static Optional<String> siteOf(Work work) {
        String namespace = work.getMetadata().getNamespace();
        return namespace.startsWith(Kinds.SITE_NAMESPACE_PREFIX)
                ? Optional.of(namespace.substring(Kinds.SITE_NAMESPACE_PREFIX.length()))
                : Optional.empty();
    }

    private static String app(Work work) {
        return work.getSpec().appNamespace() + "/" + work.getSpec().app();
    }

    private void put(Work work) {
        siteOf(work).ifPresent(site -> {
            byApp.computeIfAbsent(app(work), a -> new ConcurrentHashMap<>()).put(site, work);
            listener.workChanged(site, work, ofSite(site).put(work));
        });
    }

    private void remove(Work work) {
        siteOf(work).ifPresent(site -> {
            byApp.computeIfPresent(app(work), (a, sites) -> {
                sites.remove(site);
                return sites.isEmpty() ? null : sites;
            });
            listener.workChanged(site, work, ofSite(site).delete(work));
        });
    }

    @Override
    public void close() {
        informer.close();
    }
}
