package dev.skerry.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.BatchBuilder;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import dev.skerry.data.Field;
import dev.skerry.data.LocalBus;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.model.RuleSpec;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleEngineTest {

    private static final StreamSchema CHILLER = new StreamSchema("default", "chiller", List.of(
            new Field("temp", ValueType.FLOAT, "Cel"), new Field("size", ValueType.INTEGER, ""),
            new Field("mode", ValueType.STRING, "")));

    private final List<String> writes = new CopyOnWriteArrayList<>();
    private final List<EventLog.Event> told = new CopyOnWriteArrayList<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:01Z"));
    private final LocalBus bus = new LocalBus();
    private final DeviceCommands commands = (namespace, device, property, value, who, timeout) -> {
        writes.add(device + "." + property + "=" + value);
        return new DeviceCommands.WriteResult(true, "", Duration.ZERO);
    };
    private final EventLog events = (EventLog) Proxy.newProxyInstance(EventLog.class.getClassLoader(),
            new Class<?>[] {EventLog.class}, (proxy, method, arguments) -> {
                told.add((EventLog.Event) arguments[0]);
                return 1L;
            });
    private final RuleEngine engine = new RuleEngine(bus, commands, events, now::get);

    @AfterEach
    void close() {
        engine.close();
        bus.close();
    }

    private RuleHandle start(String sql, RuleSpec.Action... actions) {
        return engine.start("default", "r", new RuleSpec(sql, List.of(actions), false),
                (namespace, stream) -> stream.equals("chiller") ? Optional.of(CHILLER) : Optional.empty());
    }

    private static RuleSpec.Action write(String value) {
        return new RuleSpec.Action(new RuleSpec.Write("{{.device}}", "setPoint", value), null);
    }

    private void tell(String device, double temp, long size, String mode) {
        bus.publish(new BatchBuilder(CHILLER).row(device, 0).put(0, temp).put(1, size).put(2, mode).build());
    }

    @Test
    void writesToTheActuatorWhenTheConditionHolds() {
        try (var rule = start("SELECT device, temp * 2 + 1 AS t FROM chiller WHERE temp > 9 AND mode LIKE 'au%'", write("{{.t}}"))) {
            tell("c1", 8, 1, "auto");
            tell("c1", 10, 1, "manual");
            tell("c2", 10.5, 1, "auto");
            await().untilAsserted(() -> assertThat(writes).containsExactly("c2.setPoint=22"));
            assertThat(rule.stats().rowsIn()).isEqualTo(3);
            assertThat(rule.stats().rowsOut()).isEqualTo(1);
        }
    }

    @Test
    void averagesByGroupWhenTheWindowCloses() {
        try (var rule = start("SELECT device, avg(temp) AS t, avg(size) AS s, count(*) AS n FROM chiller"
                + " GROUP BY device, TUMBLINGWINDOW(ss, 10) HAVING avg(temp) > 9", write("{{.t}} {{.s}} {{.n}}"))) {
            tell("c1", 10, 1, "");
            tell("c1", 11, 2, "");
            tell("c2", 3, 1, "");
            assertThat(rule.stats().rowsOut()).isZero();
            now.set(Instant.parse("2026-01-01T00:00:10Z"));
            engine.tick();
            await().untilAsserted(() -> assertThat(writes).containsExactly("c1.setPoint=10.5 1.5 2"));
        }
    }

    @Test
    void runsWhatTheQuickWayCannotThroughTheGeneralEngine() {
        try (var rule = start("SELECT device, lag(temp) AS was, temp FROM chiller WHERE temp > 9 ORDER BY temp", write("{{.was}} {{.temp}}"))) {
            tell("c1", 8, 1, "");
            tell("c1", 10, 1, "");
            await().untilAsserted(() -> assertThat(writes).containsExactly("c1.setPoint=8 10"));
        }
        try (var rule = start("SELECT device, max(temp) AS t, window_end() AS e FROM chiller GROUP BY device, HOPPINGWINDOW(ss, 2, 1)", write("{{.t}}"))) {
            tell("c1", 12, 1, "");
            tell("c1", 11, 1, "");
            now.set(Instant.parse("2026-01-01T00:00:02Z"));
            engine.tick();
            await().untilAsserted(() -> assertThat(writes).contains("c1.setPoint=12"));
            assertThat(rule.stats().rowsIn()).isEqualTo(2);
        }
    }

    @Test
    void ordersByTheTimeOfTheReadingsWhenAskedTo() {
        var spec = new RuleSpec("SELECT count(*) AS n, device FROM chiller GROUP BY TUMBLINGWINDOW(ss, 1)", List.of(write("{{.n}}")), false,
                new RuleSpec.Options(true, null, null));
        try (var rule = engine.start("default", "r", spec, (namespace, stream) -> Optional.of(CHILLER))) {
            for (long micros : new long[] {1_000_000, 1_500_000, 2_100_000}) {
                bus.publish(new BatchBuilder(CHILLER).row("c1", micros).put(0, 1.0).build());
            }
            await().untilAsserted(() -> assertThat(writes).containsExactly("c1.setPoint=2"));
        }
    }

    @Test
    void goesOnAfterARestartWhereItStood(@TempDir Path folder) throws Exception {
        var sql = "SELECT device, count(*) AS n FROM chiller GROUP BY device, COUNTWINDOW(3)";
        try (var first = RuleEngine.of(EngineParts.of(bus, commands, events, now::get).remembering(folder, null));
                var rule = first.start("default", "r", new RuleSpec(sql, List.of(write("{{.n}}")), false), (namespace, stream) -> Optional.of(CHILLER))) {
            tell("c1", 1, 1, "");
            tell("c1", 2, 1, "");
        }
        try (var second = RuleEngine.of(EngineParts.of(bus, commands, events, now::get).remembering(folder, null));
                var rule = second.start("default", "r", new RuleSpec(sql, List.of(write("{{.n}}")), false), (namespace, stream) -> Optional.of(CHILLER))) {
            tell("c1", 3, 1, "");
            await().untilAsserted(() -> assertThat(writes).containsExactly("c1.setPoint=3"));
        }
    }

    @Test
    void aNullIsNeitherTrueNorCounted() {
        try (var rule = start("SELECT device FROM chiller WHERE temp > 0 OR temp <= 0 OR temp + size = 1")) {
            bus.publish(new BatchBuilder(CHILLER).row("c1", 0).put(1, 1L).row("c2", 0).bad(0).build());
            assertThat(rule.stats().rowsOut()).isZero();
        }
    }

    @Test
    void tellsAnAlertOnceWhileItLasts() {
        try (var rule = start("SELECT * FROM chiller WHERE temp > 9",
                new RuleSpec.Action(null, new RuleSpec.Alert("critical", "{{.device}} at {{.temp}} °C")))) {
            tell("c1", 10, 1, "");
            tell("c1", 11, 1, "");
            await().untilAsserted(() -> assertThat(told).hasSize(1));
            assertThat(told.getFirst().message()).isEqualTo("c1 at 10 °C");
            assertThat(told.getFirst().subject()).isEqualTo("Rule/default/r");
            assertThat(rule.stats().alertsHeld()).isEqualTo(1);
        }
    }

    @Test
    void saysWhereARuleIsWrong() {
        assertThatThrownBy(() -> start("SELECT device FROM chiller WHERE temp > 'a'"))
                .hasMessageContaining("sql 1:34").hasMessageContaining("float with string");
        assertThatThrownBy(() -> start("SELECT\n tmp FROM chiller")).hasMessageContaining("sql 2:2: tmp (expected: device, temp");
        assertThatThrownBy(() -> start("SELECT device FORM chiller")).hasMessageContaining("found FORM");
        assertThatThrownBy(() -> start("SELECT device FROM pump")).isInstanceOf(UnknownStreamException.class);
    }
}
