package dev.skerry.fabric.hub;

import dev.skerry.model.App;
import dev.skerry.model.AppStatus;
import dev.skerry.model.Kinds;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimited;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Brings each App to the sites that it selects, as one Work a site, and tells what became of it. */
@ControllerConfiguration(name = "apps")
@RateLimited(maxReconciliations = 4, within = 1, unit = TimeUnit.SECONDS)
final class AppReconciler implements Reconciler<App>, Cleaner<App> {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final Sites sites;
    private final Works works;
    private final Placement placement;
    private final InstantSource clock;
    private final SimpleInboundEventSource<App> changes = new SimpleInboundEventSource<>("works");
    private volatile @Nullable EventSourceContext<App> context;

    AppReconciler(KubernetesClient client, Sites sites, Works works, Placement placement, InstantSource clock) {
        this.client = client;
        this.sites = sites;
        this.works = works;
        this.placement = placement;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, App>> prepareEventSources(EventSourceContext<App> context) {
        this.context = context;
        return List.of(changes);
    }

    /** A Work of the App has changed. */
    void workChanged(Work work) {
        changes.propagateEvent(new ResourceID(work.getSpec().app(), work.getSpec().appNamespace()));
    }

    /** A site came, went, or changed its labels: every App may be concerned. */
    void sitesChanged() {
        EventSourceContext<App> all = context;
        if (all != null) {
            all.getPrimaryCache().list().forEach(app -> changes.propagateEvent(ResourceID.fromResource(app)));
        }
    }

    @Override
    public UpdateControl<App> reconcile(App app, Context<App> context) {
        Map<String, Work> present = new HashMap<>(works.ofApp(app.getMetadata().getNamespace(), app.getMetadata().getName()));
        var placed = new ArrayList<AppStatuses.Placed>();
        boolean again = false;
        for (Site site : sites.all()) {
            String name = site.getMetadata().getName();
            if (site.getMetadata().getDeletionTimestamp() != null || !Rendering.wants(app.getSpec(), Sites.labels(site))) {
                continue;
            }
            Work work = present.remove(name);
            try {
                var wanted = placement.render(app, name, Sites.labels(site), work);
                placed.add(new AppStatuses.Placed(site, wanted.isEmpty() ? work : write(wanted.get(), work), null));
            } catch (IllegalArgumentException e) {
                placed.add(new AppStatuses.Placed(site, work, e.getMessage()));
            } catch (KubernetesClientException e) {
                again = true;
                boolean race = e.getCode() == HttpURLConnection.HTTP_CONFLICT;
                placed.add(new AppStatuses.Placed(site, work, race ? null : "its Work cannot be written: " + e.getMessage()));
            }
        }
        present.values().forEach(work -> client.resource(work).delete());
        return tell(app, AppStatuses.of(app, placed, clock.instant()), again);
    }

    private Work write(Work wanted, @Nullable Work present) {
        Work written = present == null ? client.resource(wanted).create() : client.resource(wanted).update();
        written.setStatus(present == null ? null : present.getStatus());
        return written;
    }

    private UpdateControl<App> tell(App app, AppStatus status, boolean again) {
        UpdateControl<App> control;
        if (status.equals(app.getStatus())) {
            control = UpdateControl.noUpdate();
        } else {
            var patch = new App();
            patch.setMetadata(new ObjectMetaBuilder()
                    .withName(app.getMetadata().getName())
                    .withNamespace(app.getMetadata().getNamespace())
                    .build());
            patch.setSpec(app.getSpec());
            patch.setStatus(status);
            control = UpdateControl.patchStatus(patch);
        }
        return again ? control.rescheduleAfter(SOON) : control;
    }

    @Override
    public DeleteControl cleanup(App app, Context<App> context) {
        for (Work work : works.ofApp(app.getMetadata().getNamespace(), app.getMetadata().getName()).values()) {
            client.resource(work).delete();
        }
        // What was written a moment ago may not be in the informer yet.
        client.resources(Work.class).inAnyNamespace()
                .withLabel(Kinds.APP_LABEL, app.getMetadata().getName())
                .withLabel(Placement.APP_NAMESPACE_LABEL, app.getMetadata().getNamespace())
                .list().getItems().forEach(work -> client.resource(work).delete());
        return DeleteControl.defaultDelete();
    }
}
