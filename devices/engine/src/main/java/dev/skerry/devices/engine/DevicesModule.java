package dev.skerry.devices.engine;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import dev.skerry.devices.spi.DeviceDriver;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Devices as a capability of a site: a line for each {@code Device}, and the reconcilers that keep them. Closing it ends all
 * lines; the drivers, the bus and the client are their owners' to close, after it.
 */
public final class DevicesModule implements AutoCloseable {

    private final Lines lines;
    private final WriteAudit audit;
    private final Models known;
    private final DeviceReconciler devices;
    private final ModelReconciler models;

    /** @param drivers of different schemes */
    public DevicesModule(KubernetesClient client, Bus bus, List<DeviceDriver> drivers, EventLog events, InstantSource clock) {
        audit = new WriteAudit(events, clock);
        var notices = new DeviceEvents(events, clock);
        lines = new Lines(bus, clock, Backoff.usual(), Lines.LAST_WRITES, new Lines.Surroundings(new DeviceSecrets(client)::of, notices::told, Optional.of(audit), true));
        known = new Models(client);
        devices = new DeviceReconciler(
                drivers.stream().collect(Collectors.toMap(DeviceDriver::scheme, Function.identity())), known, lines, events, clock);
        models = new ModelReconciler(known, model -> devices.of(model).map(List::size), clock);
    }

    /** What the operator of this process must register; it must be stopped before this module is closed. */
    public List<Reconciler<?>> reconcilers() {
        return List.of(models, devices);
    }

    /** The way to write to the devices, from any thread, until closed. */
    public DeviceCommands commands() {
        return lines;
    }

    /** Devices for people and programs, from any thread, until closed. */
    public DeviceAccess access() {
        return new DeviceAccess(lines, known);
    }

    /**
     * The newest reading of each point of a device that was read, in the model's order. Empty if there is no such device,
     * or its specification was rejected.
     */
    public Optional<List<PointValue>> values(String namespace, String device) {
        return lines.find(new DeviceKey(namespace, device)).map(DeviceLine::values);
    }

    /** Stops all lines and waits for them, a few seconds at most. */
    @Override
    public void close() {
        lines.close();
        audit.close();
    }
}
