package dev.skerry.devices.engine;

import dev.skerry.data.EventLog;
import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.model.Device;
import dev.skerry.model.DeviceStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the lines the ones that the API names, and tells how they are. It is woken by the device, by its model and by its
 * line, and each time looks at all three.
 */
@ControllerConfiguration(name = "devices", triggerReconcilerOnAllEvents = true)
final class DeviceReconciler implements Reconciler<Device> {

    private static final String BY_MODEL = "model";
    /** So long a device may connect before its status says that it does. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private record Known(String model, long since) {}

    private final Map<String, DeviceDriver> drivers;
    private final Models models;
    private final Lines lines;
    private final DeviceEvents events;
    private final InstantSource clock;
    private final SimpleInboundEventSource<Device> wake = new SimpleInboundEventSource<>("line-or-model");
    private final WritePace pace = new WritePace();
    private final Map<DeviceKey, Known> known = new ConcurrentHashMap<>();
    private volatile @Nullable IndexerResourceCache<Device> devices;

    DeviceReconciler(Map<String, DeviceDriver> drivers, Models models, Lines lines, EventLog events, InstantSource clock) {
        this.drivers = Map.copyOf(drivers);
        this.models = models;
        this.lines = lines;
        this.events = new DeviceEvents(events, clock);
        this.clock = clock;
        models.onChange(this::wakeThoseOf);
        lines.onFree(key -> wake.propagateEvent(new ResourceID(key.name(), key.namespace())));
    }

    @Override
    public List<EventSource<?, Device>> prepareEventSources(EventSourceContext<Device> context) {
        var cache = context.getPrimaryCache();
        cache.addIndexers(Map.of(BY_MODEL, device -> device.getSpec() == null
                ? List.of() : List.of(device.getMetadata().getNamespace() + "/" + device.getSpec().model())));
        devices = cache;
        return List.of(wake);
    }

    @Override
    public UpdateControl<Device> reconcile(Device device, Context<Device> context) throws InterruptedException {
        var key = new DeviceKey(device.getMetadata().getNamespace(), device.getMetadata().getName());
        if (context.isPrimaryResourceDeleted() || device.getMetadata().getDeletionTimestamp() != null) {
            forget(key);
            return UpdateControl.noUpdate();
        }
        var spec = device.getSpec();
        if (spec == null) {
            lines.forget(key);
            return tell(key, device, rejected(device, List.of("spec: none (expected: model, endpoint and points)")));
        }
        know(key, spec.model());
        var model = models.find(new DeviceKey(key.namespace(), spec.model())).orElse(null);
        return switch (DeviceCheck.check(key.namespace(), key.name(), spec, model, drivers)) {
            case DeviceCheck.Rejected(var faults) -> {
                lines.forget(key);
                yield tell(key, device, rejected(device, faults));
            }
            case DeviceCheck.Accepted(var plan) -> serve(key, device, plan);
        };
    }

    private UpdateControl<Device> serve(DeviceKey key, Device device, DevicePlan plan) throws InterruptedException {
        var unfit = lines.claim(plan);
        if (unfit.isPresent()) {
            lines.remove(key);
            return tell(key, device, rejected(device, List.of(unfit.get())));
        }
        var id = new ResourceID(key.name(), key.namespace());
        var line = lines.keep(plan, (before, now) -> wake.propagateEvent(id));
        if (line.isEmpty()) {
            return UpdateControl.noUpdate();
        }
        var state = line.get().state();
        var old = device.getStatus();
        if (state.kind() == LineState.Kind.CONNECTING) {
            if (old != null && old.state() != null && !old.state().equals(Statuses.REJECTED)) {
                // What was told last holds until the line knows better, which its timeout sees to.
                return UpdateControl.noUpdate();
            }
            var since = known.get(key);
            long left = since == null ? 0 : since.since() + QUIET.toNanos() - System.nanoTime();
            if (left > 0) {
                return UpdateControl.<Device>noUpdate().rescheduleAfter(Duration.ofNanos(left).plusMillis(1));
            }
        }
        return tell(key, device, Statuses.of(state, line.get().explained(), old, device.getMetadata().getGeneration(), clock.instant()));
    }

    private DeviceStatus rejected(Device device, List<String> faults) {
        return Statuses.rejected(faults, device.getStatus(), device.getMetadata().getGeneration(), clock.instant());
    }

    private UpdateControl<Device> tell(DeviceKey key, Device device, DeviceStatus now) {
        var old = device.getStatus();
        if (now.equals(old)) {
            return UpdateControl.noUpdate();
        }
        var wait = pace.take(key);
        if (!wait.isZero()) {
            return UpdateControl.<Device>noUpdate().rescheduleAfter(wait);
        }
        events.turned(key, old, now);
        var patch = new Device();
        patch.setMetadata(new ObjectMetaBuilder().withNamespace(key.namespace()).withName(key.name()).build());
        patch.setStatus(now);
        return UpdateControl.patchStatus(patch);
    }

    private void know(DeviceKey key, String model) {
        var before = known.get(key);
        if (before != null && before.model().equals(model)) {
            return;
        }
        known.put(key, new Known(model, System.nanoTime()));
        models.count(new DeviceKey(key.namespace(), model));
        if (before != null) {
            models.count(new DeviceKey(key.namespace(), before.model()));
        }
    }

    private void forget(DeviceKey key) {
        lines.forget(key);
        pace.forget(key);
        events.forget(key);
        var before = known.remove(key);
        if (before != null) {
            models.count(new DeviceKey(key.namespace(), before.model()));
        }
    }

    private void wakeThoseOf(DeviceKey model) {
        for (var device : of(model).orElse(List.of())) {
            wake.propagateEvent(ResourceID.fromResource(device));
        }
    }

    /** The devices of a model; empty while the first list is under way. */
    Optional<List<Device>> of(DeviceKey model) {
        var cache = devices;
        return cache == null || !wake.isRunning() ? Optional.empty() : Optional.of(cache.byIndex(BY_MODEL, model.namespace() + "/" + model.name()));
    }
}
