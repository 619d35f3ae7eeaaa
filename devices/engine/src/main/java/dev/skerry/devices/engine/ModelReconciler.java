package dev.skerry.devices.engine;

import dev.skerry.model.DeviceModel;
import dev.skerry.model.DeviceModelSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Tells devices of their models, and says of a model whether it holds together and how many devices have it. */
@ControllerConfiguration(name = "device-models", triggerReconcilerOnAllEvents = true)
final class ModelReconciler implements Reconciler<DeviceModel> {

    private static final DeviceModelSpec NONE = new DeviceModelSpec(List.of());

    private static final Duration COUNT_LATER = Duration.ofSeconds(1);

    private final Models models;
    private final Function<DeviceKey, Optional<Integer>> devices;
    private final InstantSource clock;
    private final SimpleInboundEventSource<DeviceModel> wake = new SimpleInboundEventSource<>("devices");
    private final WritePace pace = new WritePace();

    /** @param devices how many a model has; empty if that is not known yet */
    ModelReconciler(Models models, Function<DeviceKey, Optional<Integer>> devices, InstantSource clock) {
        this.models = models;
        this.devices = devices;
        this.clock = clock;
        models.onCount(model -> wake.propagateEvent(new ResourceID(model.name(), model.namespace())));
    }

    @Override
    public List<EventSource<?, DeviceModel>> prepareEventSources(EventSourceContext<DeviceModel> context) {
        return List.of(wake);
    }

    @Override
    public UpdateControl<DeviceModel> reconcile(DeviceModel model, Context<DeviceModel> context) {
        var key = new DeviceKey(model.getMetadata().getNamespace(), model.getMetadata().getName());
        if (context.isPrimaryResourceDeleted()) {
            models.remove(key);
            pace.forget(key);
            return UpdateControl.noUpdate();
        }
        var spec = model.getSpec() == null ? NONE : model.getSpec();
        models.put(key, spec);
        var count = devices.apply(key);
        if (count.isEmpty()) {
            return UpdateControl.<DeviceModel>noUpdate().rescheduleAfter(COUNT_LATER);
        }
        var old = model.getStatus();
        var now = Statuses.model(ModelCheck.faults(spec), count.get(), old, model.getMetadata().getGeneration(), clock.instant());
        if (now.equals(old)) {
            return UpdateControl.noUpdate();
        }
        var wait = pace.take(key);
        if (!wait.isZero()) {
            return UpdateControl.<DeviceModel>noUpdate().rescheduleAfter(wait);
        }
        var patch = new DeviceModel();
        patch.setMetadata(new ObjectMetaBuilder().withNamespace(key.namespace()).withName(key.name()).build());
        patch.setStatus(now);
        return UpdateControl.patchStatus(patch);
    }
}
