package dev.skerry.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The spine: size and start of a skerry, its loops, its object store, and the way of its readings to the parent. */
final class SpineBench implements Bench {

    private static final int LOOP_WARM_UP = 1_000;
    private static final int LOOP_SAMPLES = 4_000;
    private static final int LOOP_PER_SECOND = 500;
    private static final int MODBUS_WARM_UP = 100;
    private static final int MODBUS_SAMPLES = 500;
    private static final Duration MODBUS_POLL = Duration.ofMillis(10);
    private static final int STORE_ROUNDS = 6;
    private static final Duration STORE_TURN = Duration.ofMillis(750);
    private static final int STORE_WRITERS = 64;
    private static final int DRAIN_READINGS = 1_000_000;
    private static final Duration IDLE = Duration.ofSeconds(6);

    @Override
    public String name() {
        return "spine";
    }

    @Override
    public String about() {
        return "size and start of a skerry, loops from sensor to actuator, object store, backlog drain (under two minutes)";
    }

    @Override
    public List<Part> parts(Path folder, Map<String, Long> options) {
        return List.of(
                new Part("an idle centre, an idle site, a bare JVM", f -> Footprint.measure(made(folder, "footprint"), IDLE, f)),
                new Part("reading, rule, write in one process",
                        f -> RuleLoop.measure(made(folder, "loop"), LOOP_WARM_UP, LOOP_SAMPLES, LOOP_PER_SECOND, f)),
                new Part("register, rule, register over Modbus TCP",
                        f -> ModbusLoop.measure(made(folder, "modbus"), MODBUS_WARM_UP, MODBUS_SAMPLES, MODBUS_POLL, f)),
                new Part("the same by a whole site",
                        f -> SiteLoop.measure(made(folder, "site-loop"), MODBUS_WARM_UP, MODBUS_SAMPLES, MODBUS_POLL, f)),
                new Part("objects into the store",
                        f -> StoreWrites.measure(made(folder, "store"), STORE_ROUNDS, STORE_TURN, STORE_WRITERS, f)),
                new Part("a backlog to the parent", f -> Drain.measure(made(folder, "drain"), DRAIN_READINGS, f)));
    }

    private static Path made(Path folder, String name) throws java.io.IOException {
        return Files.createDirectories(folder.resolve(name));
    }
}
