package dev.skerry.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.BatchBuilder;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.DurableLog;
import dev.skerry.data.EventLog;
import dev.skerry.data.Field;
import dev.skerry.data.LocalBus;
import dev.skerry.data.LogSettings;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.model.RuleSpec;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rules remember when they are changed, and when the power goes. */
class RuleStateTest {

    private static final StreamSchema PUMP = new StreamSchema("default", "pump", List.of(new Field("flow", ValueType.FLOAT, ""), new Field("n", ValueType.INTEGER, "")));
    private static final String TUMBLING = "SELECT device, sum(n) AS s FROM pump GROUP BY device, TUMBLINGWINDOW(mi, 1)";

    @TempDir
    Path folder;

    private final List<String> writes = new CopyOnWriteArrayList<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:01Z"));
    private final DeviceCommands commands = (namespace, device, property, value, who, timeout) -> {
        writes.add(device + "=" + value);
        return new DeviceCommands.WriteResult(true, "", Duration.ZERO);
    };
    private final EventLog events = (EventLog) Proxy.newProxyInstance(EventLog.class.getClassLoader(), new Class<?>[] {EventLog.class}, (proxy, method, arguments) -> 1L);
    private LocalBus bus = new LocalBus();
    private DurableLog log;
    private RuleEngine engine;
    private volatile int lifeNow;
    private final List<AutoCloseable> lives = new ArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        log = DurableLog.open(folder.resolve("log"), LogSettings.defaults(), now::get);
        lives.add(log);
        live();
    }

    /** Another life; an earlier one that was not closed has been killed: it writes nothing any more. */
    private void live() throws IOException {
        var life = ++lifeNow;
        var last = new AtomicReference<>(now.get());
        bus = new LocalBus();
        log.attach(bus);
        // For one that was killed time stands still.
        engine = RuleEngine.of(EngineParts.of(bus, commands, events, () -> life == lifeNow ? last.updateAndGet(t -> now.get()) : last.get())
                .remembering(folder.resolve("rules"), log));
        lives.add(bus);
    }

    @AfterEach
    void end() throws Exception {
        for (var one : lives.reversed()) {
            one.close();
        }
    }

    private RuleHandle start(String sql, String state) {
        return start(sql, new RuleSpec.Options(null, null, null, state, null));
    }

    private RuleHandle start(String sql, RuleSpec.Options options) {
        var write = new RuleSpec.Action(new RuleSpec.Write("{{.device}}", "x", "{{.s}}"), null);
        return engine.start("default", "r", new RuleSpec(sql, List.of(write), false, options), (namespace, stream) -> Optional.of(PUMP));
    }

    private void tell(String device, long n) throws InterruptedException {
        var at = now.updateAndGet(t -> t.plusMillis(10));
        bus.publish(new BatchBuilder(PUMP).row(device, at.toEpochMilli() * 1_000).put(0, 1.0).put(1, n).build());
        assertThat(log.awaitDurable(log.append(new BatchBuilder(new StreamSchema("other", "x", PUMP.fields())).row("x", 0).put(1, 1L).build()), Duration.ofSeconds(10))).isTrue();
    }

    private void closeWindow() {
        now.updateAndGet(t -> t.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES));
        engine.tick();
    }

    @Test
    void countsEachReadingOnceAcrossACrash() throws Exception {
        for (var sql : List.of(TUMBLING, TUMBLING.replace("mi, 1", "ss, 60") + " ORDER BY s")) {
            writes.clear();
            now.updateAndGet(t -> t.plusSeconds(1));
            start(sql, "ExactlyOnce");
            tell("p1", 1);
            tell("p2", 10);
            engine.checkpoint();
            tell("p1", 2);
            tell("p3", 100);
            live();
            try (var rule = start(sql, "ExactlyOnce")) {
                assertThat(rule.beginning()).contains("2 rows of the log");
                tell("p1", 4);
                closeWindow();
                await().untilAsserted(() -> assertThat(writes).containsExactlyInAnyOrder("p1=7", "p2=10", "p3=100"));
            }
            engine.forget("default", "r");
        }
    }

    @Test
    void leavesOutWhatCameAfterTheCheckpointIfAskedTo() throws Exception {
        start(TUMBLING, "AtMostOnce");
        tell("p1", 1);
        engine.checkpoint();
        tell("p1", 2);
        live();
        try (var rule = start(TUMBLING, "AtMostOnce")) {
            closeWindow();
            await().untilAsserted(() -> assertThat(writes).containsExactly("p1=1"));
        }
    }

    @Test
    void aCrashAtAnyMomentGivesTheSumsOfNoCrash() throws Exception {
        long seed = Long.getLong("skerry.seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (var sql : List.of(TUMBLING, "SELECT device, sum(n) AS s FROM pump GROUP BY device, SLIDINGWINDOW(mi, 1) HAVING sum(n) > 0 AND count(*) > 1000",
                "SELECT device, sum(n) AS s FROM pump GROUP BY device, HOPPINGWINDOW(mi, 1, 1)")) {
            now.updateAndGet(t -> t.plusSeconds(1));
            writes.clear();
            var rule = start(sql, "ExactlyOnce");
            long sum = 0;
            for (int i = 0; i < 60; i++) {
                long n = random.nextInt(100);
                sum += n;
                tell("p1", n);
                if (random.nextInt(8) == 0) {
                    engine.checkpoint();
                }
                if (random.nextInt(15) == 0) {
                    live();
                    rule = start(sql, "ExactlyOnce");
                }
            }
            closeWindow();
            if (!sql.contains("SLIDING")) {
                long expected = sum;
                await().untilAsserted(() -> assertThat(writes).contains("p1=" + expected));
            }
            rule.close();
            engine.forget("default", "r");
        }
    }

    @Test
    void keepsItsWindowWhenOnlyWhatComesBehindItChanges() throws Exception {
        try (var rule = start(TUMBLING, "ExactlyOnce")) {
            tell("p1", 1);
        }
        var changed = TUMBLING + " HAVING sum(n) > 0";
        try (var rule = start("SELECT device, sum(n) + 0 AS s FROM pump GROUP BY device, TUMBLINGWINDOW(mi, 1)", "ExactlyOnce")) {
            assertThat(rule.beginning()).startsWith("goes on");
            tell("p1", 2);
            closeWindow();
            await().untilAsserted(() -> assertThat(writes).containsExactly("p1=3"));
        }
        try (var rule = start(changed, "ExactlyOnce")) {
            // One aggregate more: its sum is not known of the rows that came.
            assertThat(rule.beginning()).startsWith("begins anew: what was kept");
        }
    }

    @Test
    void passesOverADamagedCheckpointAndForgetsDeletedRules() throws Exception {
        try (var rule = start(TUMBLING, "ExactlyOnce")) {
            tell("p1", 1);
        }
        try (var files = Files.newDirectoryStream(folder.resolve("rules/state"), "*.state")) {
            for (var file : files) {
                var bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
        try (var rule = start(TUMBLING, "ExactlyOnce")) {
            assertThat(rule.beginning()).startsWith("begins anew");
        }
        engine.forget("default", "r");
        try (var files = Files.newDirectoryStream(folder.resolve("rules/state"), "*.state")) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void writesNothingWhileNothingComes() throws Exception {
        try (var rule = start(TUMBLING, "ExactlyOnce")) {
            tell("p1", 1);
            engine.checkpoint();
            engine.checkpoint();
            Path file;
            try (var files = Files.newDirectoryStream(folder.resolve("rules/state"), "*.state")) {
                file = files.iterator().next();
            }
            Files.delete(file);
            now.updateAndGet(t -> t.plusSeconds(20));
            engine.checkpoint();
            assertThat(file).doesNotExist();
        }
    }
}
