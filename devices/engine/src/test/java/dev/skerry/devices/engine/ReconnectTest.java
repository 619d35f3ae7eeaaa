package dev.skerry.devices.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.LocalBus;
import dev.skerry.devices.modbus.ModbusDriver;
import dev.skerry.devices.simulator.Simulator;
import dev.skerry.model.DeviceSpec;
import dev.skerry.testkit.FaultProxy;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ReconnectTest {

    private static final Path RECORDINGS = Path.of(System.getProperty("skerry.root"), "blueprints/plant/data");
    private static final int WARM = 200;
    private static final int RECONNECTS = 1_000;
    private static final long MOST_BYTES = 4L << 20;

    /** A site runs for years on lines that break: what each connection leaves behind adds up. */
    @Test
    void leavesNothingBehindOverAThousandConnections() throws Exception {
        try (var simulator = Simulator.start(RECORDINGS, 0, 10);
                var proxy = FaultProxy.to(simulator.address().getPort());
                var driver = new ModbusDriver();
                var bus = new LocalBus();
                var lines = new Lines(bus, InstantSource.system(), new Backoff(Duration.ofMillis(1), Duration.ofMillis(2), RandomGenerator.getDefault()), Lines.LAST_WRITES)) {
            var spec = new DeviceSpec("chiller", "modbus-tcp://127.0.0.1:" + proxy.port() + "?unit=1", Specs.duration("1ms"), null,
                    List.of(Specs.point("supply", "holding:0"), Specs.point("setPoint", "holding:10")));
            var checked = DeviceCheck.check("default", "chiller-1", spec, Specs.CHILLER, Map.of("modbus-tcp", driver));
            var line = lines.keep(((DeviceCheck.Accepted) checked).plan(), (old, now) -> {}).orElseThrow();

            reconnect(WARM, proxy, line);
            int threads = threads();
            long bytes = bytes();
            reconnect(RECONNECTS, proxy, line);

            assertThat(threads()).isLessThanOrEqualTo(threads + 2);
            assertThat(bytes()).isLessThan(bytes + MOST_BYTES);
        }
    }

    private static void reconnect(int times, FaultProxy proxy, DeviceLine line) {
        for (int i = 0; i < times; i++) {
            long before = proxy.connections();
            proxy.cut();
            await().pollInterval(Duration.ofMillis(1)).pollDelay(Duration.ZERO)
                    .until(() -> proxy.connections() > before && line.state().kind() == LineState.Kind.ONLINE);
        }
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static long bytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
