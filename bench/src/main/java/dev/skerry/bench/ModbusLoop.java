package dev.skerry.bench;

import dev.skerry.data.BatchBuilder;
import dev.skerry.data.DeviceCommands.WriteResult;
import dev.skerry.data.DurableLog;
import dev.skerry.data.Field;
import dev.skerry.data.FileEventLog;
import dev.skerry.data.LocalBus;
import dev.skerry.data.LogSettings;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.devices.modbus.ModbusDriver;
import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.devices.spi.ReadPlan;
import dev.skerry.model.RuleSpec;
import dev.skerry.streams.RuleEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * From a change in a Modbus unit's register to the arrival of the write that a rule answers it with, over real sockets: driver, bus,
 * rule, driver, all in this process. One connection, polled at a fixed pace.
 */
final class ModbusLoop {

    private static final String NAMESPACE = "default";
    private static final StreamSchema TANK = new StreamSchema(NAMESPACE, "tank", List.of(new Field("level", ValueType.INTEGER, "")));
    private static final RuleSpec RULE = new RuleSpec(
            "SELECT device, level FROM tank WHERE level > 0",
            List.of(new RuleSpec.Action(new RuleSpec.Write("{{.device}}", "valve", "{{.level}}"), null)),
            false);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final DeviceConnection connection;
    private final ReadPlan sensor;
    private final PointAddress actuator;
    private final ReentrantLock line = new ReentrantLock(true);
    private final AtomicReference<String> fault = new AtomicReference<>("none");

    private ModbusLoop(DeviceConnection connection, ReadPlan sensor, PointAddress actuator) {
        this.connection = connection;
        this.sensor = sensor;
        this.actuator = actuator;
    }

    static void measure(Path folder, int warmUp, int samples, Duration pollEvery, Figures figures)
            throws IOException, InterruptedException, DriverException {
        try (var unit = ModbusUnit.start();
                var events = FileEventLog.open(folder.resolve("events"));
                var driver = new ModbusDriver();
                var connection = driver.connect(unit.address(), TIMEOUT);
                var bus = new LocalBus();
                var log = DurableLog.open(folder.resolve("log"), LogSettings.defaults(), InstantSource.system());
                var ear = log.attach(bus)) {
            var loop = new ModbusLoop(
                    connection,
                    driver.plan(List.of(driver.parse(ModbusUnit.SENSOR, "int16")), LineCost.NETWORK).getFirst(),
                    driver.parse(ModbusUnit.ACTUATOR, "int16"));
            try (var engine = new RuleEngine(bus, loop::write, events, InstantSource.system());
                    var rule = engine.start(NAMESPACE, "valve", RULE, (namespace, stream) -> Optional.of(TANK))) {
                var poller = Thread.ofVirtual().name("poller").start(() -> loop.poll(bus, pollEvery.toNanos()));
                try {
                    ModbusTurns.measure(
                            unit, warmUp, samples, pollEvery, () -> "fault: " + loop.fault.get() + "; " + rule.stats() + ", " + ear.dropped() + " batches dropped", "modbus", figures);
                } finally {
                    poller.interrupt();
                    poller.join();
                }
            }
        }
    }

    private void poll(LocalBus bus, long every) {
        var rows = new BatchBuilder(TANK);
        var next = System.nanoTime();
        try {
            while (true) {
                next += every;
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
                List<RawValue> values;
                line.lockInterruptibly();
                try {
                    values = connection.read(sensor);
                } finally {
                    line.unlock();
                }
                if (values.getFirst() instanceof RawValue.Whole(long level)) {
                    bus.publish(rows.row("tank-1", TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis())).put(0, level).build());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DriverException e) {
            // The loop waits in vain and tells.
            fault.set("poll: " + e.getMessage());
        }
    }

    private WriteResult write(String namespace, String device, String property, Object value, String who, Duration timeout)
            throws InterruptedException {
        line.lockInterruptibly();
        try {
            connection.write(actuator, new RawValue.Whole(Long.parseLong(value.toString())));
            return new WriteResult(true, "", Duration.ZERO);
        } catch (DriverException e) {
            fault.set("write: " + e.getMessage());
            return new WriteResult(false, device + ": " + e.getMessage(), Duration.ZERO);
        } finally {
            line.unlock();
        }
    }
}
