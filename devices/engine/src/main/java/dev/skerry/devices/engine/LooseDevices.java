package dev.skerry.devices.engine;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Devices without an API beside them: the same lines, given by hand. For benches and tools. */
public final class LooseDevices implements AutoCloseable {

    private final Lines lines;
    private final Map<String, DeviceDriver> drivers;

    /**
     * @param firstRetry after which a broken line is tried again, doubling up to twenty times as much
     * @param preempt whether writes go between the requests of a round
     */
    public LooseDevices(Bus bus, List<? extends DeviceDriver> drivers, InstantSource clock, Duration firstRetry, boolean preempt) {
        this.drivers = drivers.stream().collect(Collectors.toMap(DeviceDriver::scheme, Function.identity()));
        lines = new Lines(bus, clock, new Backoff(firstRetry, firstRetry.multipliedBy(20), RandomGenerator.getDefault()), Lines.LAST_WRITES,
                Lines.Surroundings.NONE.withPreempt(preempt));
    }

    /** Begins to serve a device. Answers what is wrong with its specification; nothing if it runs. */
    public List<String> add(String namespace, String name, DeviceSpec spec, DeviceModelSpec model) throws InterruptedException {
        return switch (DeviceCheck.check(namespace, name, spec, model, drivers)) {
            case DeviceCheck.Rejected(var faults) -> faults;
            case DeviceCheck.Accepted(var plan) -> {
                var unfit = lines.claim(plan);
                if (unfit.isPresent()) {
                    yield List.of(unfit.get());
                }
                lines.keep(plan, (old, now) -> {});
                yield List.of();
            }
        };
    }

    /** Whether the device was read whole on its present connection. */
    public boolean online(String namespace, String name) {
        return lines.find(new DeviceKey(namespace, name)).filter(line -> line.state().kind() == LineState.Kind.ONLINE).isPresent();
    }

    /** How the device is read, for people; empty before its first connection. */
    public Optional<String> explained(String namespace, String name) {
        return lines.find(new DeviceKey(namespace, name)).map(DeviceLine::explained);
    }

    public DeviceCommands commands() {
        return lines;
    }

    @Override
    public void close() {
        lines.close();
    }
}
