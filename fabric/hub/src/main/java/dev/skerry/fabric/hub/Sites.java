package dev.skerry.fabric.hub;

import dev.skerry.model.Kinds;
import dev.skerry.model.Site;
import dev.skerry.model.SiteStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All Sites below this place, from one watch. */
final class Sites implements AutoCloseable {

    /** Annotation of a Site: "true" accepts that a restored parent knows less than the site does, and lets the site clean up. */
    static final String ACCEPT_ROLLBACK = Kinds.GROUP + "/accept-rollback";

    /** Is told what changed; quickly, on the informer's thread. */
    interface Listener {
        /**
         * A Site is there, or is otherwise.
         *
         * @param matters whether Apps have to look again: labels, reachability, coming or going
         */
        void siteChanged(Site site, boolean matters);

        /** An operator accepts what a restored store holds. */
        void rollbackAccepted(String name);

        void siteDeleted(String name);
    }

    private final SharedIndexInformer<Site> informer;

    Sites(KubernetesClient client, Listener listener) {
        informer = client.resources(Site.class).runnableInformer(0);
        informer.exceptionHandler((started, problem) -> true).addEventHandler(new ResourceEventHandler<Site>() {
            @Override
            public void onAdd(Site site) {
                listener.siteChanged(site, true);
            }

            @Override
            public void onUpdate(Site old, Site site) {
                listener.siteChanged(site, !labels(old).equals(labels(site)) || !Objects.equals(link(old), link(site)));
                if (acceptsRollback(site) && !acceptsRollback(old)) {
                    listener.rollbackAccepted(site.getMetadata().getName());
                }
            }

            @Override
            public void onDelete(Site site, boolean unseen) {
                listener.siteDeleted(site.getMetadata().getName());
            }
        });
    }

    void start() {
        Informers.start(informer);
    }

    List<Site> all() {
        return informer.getStore().list();
    }

    Optional<Site> find(String name) {
        return Optional.ofNullable(informer.getStore().getByKey(name));
    }

    boolean acceptsRollback(String name) {
        return find(name).map(Sites::acceptsRollback).orElse(false);
    }

    static boolean acceptsRollback(Site site) {
        return annotation(site, ACCEPT_ROLLBACK).equals("true");
    }

    static String annotation(Site site, String name) {
        Map<String, String> all = site.getMetadata().getAnnotations();
        return all == null ? "" : all.getOrDefault(name, "");
    }

    static Map<String, String> labels(Site site) {
        Map<String, String> labels = site.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    static boolean connected(Site site) {
        return "Connected".equals(link(site));
    }

    private static @Nullable String link(Site site) {
        SiteStatus status = site.getStatus();
        return status == null || status.link() == null ? null : status.link().state();
    }

    @Override
    public void close() {
        informer.close();
    }
}
