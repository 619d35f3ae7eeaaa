package dev.skerry.fabric.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.model.App;
import dev.skerry.model.AppStatus;
import dev.skerry.model.Kinds;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import dev.skerry.model.WorkSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.zjsonpatch.JsonPatchException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes one Work a site of each App, takes back those that are not meant any more, and says in the App what runs where. */
@ControllerConfiguration(name = "apps")
final class AppReconciler implements Reconciler<App>, Cleaner<App> {

    private static final String APP_NAMESPACE = Kinds.GROUP + "/app-namespace";

    private final KubernetesClient client;
    private final Signing signing;
    private final AppSummary summary;

    AppReconciler(KubernetesClient client, Signing signing, InstantSource clock) {
        this.client = client;
        this.signing = signing;
        this.summary = new AppSummary(clock);
    }

    @Override
    public List<EventSource<?, App>> prepareEventSources(EventSourceContext<App> context) {
        var works = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Work.class, App.class)
                        .withSecondaryToPrimaryMapper(w -> Set.of(new ResourceID(w.getSpec().app(), w.getSpec().appNamespace())))
                        .build(),
                context);
        var sites = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Site.class, App.class)
                        .withSecondaryToPrimaryMapper(s -> context.getPrimaryCache().list().map(ResourceID::fromResource).collect(Collectors.toSet()))
                        .withPrimaryToSecondaryMapper(a -> Set.of())
                        .build(),
                context);
        return List.of(works, sites);
    }

    @Override
    public UpdateControl<App> reconcile(App app, Context<App> context) {
        var there = new HashMap<String, Work>();
        works(app).forEach(w -> there.put(siteOf(w), w));
        var faults = new HashMap<String, String>();
        var wanted = new ArrayList<Site>();
        for (var site : client.resources(Site.class).list().getItems()) {
            if (Rendering.wants(app.getSpec(), labels(site))) {
                wanted.add(site);
                var name = site.getMetadata().getName();
                try {
                    there.put(name, bring(app, site, there.get(name)));
                } catch (JsonPatchException | IllegalArgumentException e) {
                    faults.put(name, "spec.overrides: " + e.getMessage() + " (expected: a JSON patch that fits the manifest)");
                }
            }
        }
        var names = wanted.stream().map(s -> s.getMetadata().getName()).collect(Collectors.toSet());
        there.forEach((site, work) -> {
            if (!names.contains(site)) {
                delete(work);
            }
        });
        var status = summary.of(app, wanted, there, faults);
        if (status.equals(app.getStatus())) {
            return UpdateControl.noUpdate();
        }
        return UpdateControl.patchStatus(withStatus(app, status));
    }

    private static App withStatus(App app, AppStatus status) {
        var patch = new App();
        patch.setMetadata(new ObjectMetaBuilder().withName(app.getMetadata().getName()).withNamespace(app.getMetadata().getNamespace()).build());
        patch.setSpec(app.getSpec());
        patch.setStatus(status);
        return patch;
    }

    /** Of all sites; by label, since a name may be too long for one the namespace is compared too. */
    private List<Work> works(App app) {
        return client.resources(Work.class).inAnyNamespace().withLabel(Kinds.APP_LABEL, label(app)).list().getItems().stream()
                .filter(w -> w.getSpec().app().equals(app.getMetadata().getName()) && w.getSpec().appNamespace().equals(app.getMetadata().getNamespace()))
                .toList();
    }

    private static String label(App app) {
        var name = app.getMetadata().getName();
        return name.length() > 63 ? name.substring(0, 63).replaceAll("[^A-Za-z0-9]+$", "") : name;
    }

    private static String siteOf(Work work) {
        return work.getMetadata().getNamespace().substring(Kinds.SITE_NAMESPACE_PREFIX.length());
    }

    private static Map<String, String> labels(Site site) {
        var labels = site.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private Work bring(App app, Site site, @Nullable Work old) {
        List<JsonNode> manifests = Rendering.manifests(app.getSpec(), labels(site));
        var drift = app.getSpec().drift();
        if (old != null && old.getSpec().manifests().equals(manifests) && java.util.Objects.equals(old.getSpec().drift(), drift)) {
            return old;
        }
        var name = site.getMetadata().getName();
        long generation = app.getMetadata().getGeneration() == null ? 1 : app.getMetadata().getGeneration();
        long revision = old == null ? generation : Math.max(generation, old.getSpec().revision() + 1);
        var spec = signing.signed(name, new WorkSpec(app.getMetadata().getName(), app.getMetadata().getNamespace(), revision, drift, manifests, null));
        var works = client.resources(Work.class).inNamespace(Kinds.namespaceOf(name));
        if (old != null) {
            return works.withName(old.getMetadata().getName()).edit(w -> {
                w.setSpec(spec);
                return w;
            });
        }
        var work = new Work();
        work.setMetadata(new ObjectMetaBuilder()
                .withName(app.getMetadata().getNamespace() + "." + app.getMetadata().getName())
                .withNamespace(Kinds.namespaceOf(name))
                .addToLabels(Kinds.APP_LABEL, label(app))
                .addToLabels(Kinds.SITE_LABEL, name)
                .addToAnnotations(APP_NAMESPACE, app.getMetadata().getNamespace())
                .build());
        work.setSpec(spec);
        return works.resource(work).create();
    }

    private void delete(Work work) {
        try {
            client.resource(work).delete();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    @Override
    public DeleteControl cleanup(App app, Context<App> context) {
        works(app).forEach(this::delete);
        return DeleteControl.defaultDelete();
    }
}
