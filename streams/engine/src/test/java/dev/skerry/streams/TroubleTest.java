package dev.skerry.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.skerry.data.BatchBuilder;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import dev.skerry.data.Field;
import dev.skerry.data.LocalBus;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.model.RuleSpec;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rule in trouble says so, and no other rule notices. */
class TroubleTest {

    private static final StreamSchema PUMP = new StreamSchema("default", "pump", List.of(new Field("flow", ValueType.FLOAT, ""), new Field("text", ValueType.STRING, "")));

    @TempDir
    Path folder;

    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final AtomicInteger status = new AtomicInteger(200);
    private final LocalBus bus = new LocalBus();
    private final EventLog events = (EventLog) Proxy.newProxyInstance(EventLog.class.getClassLoader(), new Class<?>[] {EventLog.class}, (proxy, method, arguments) -> 1L);
    private HttpServer server;
    private RuleEngine engine;

    @BeforeEach
    void begin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            int answer = status.get();
            if (answer == 200) {
                bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            }
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        });
        server.start();
        engine = engine();
    }

    private RuleEngine engine() throws IOException {
        return RuleEngine.of(EngineParts.of(bus, (namespace, device, property, value, who, timeout) -> new DeviceCommands.WriteResult(true, "", Duration.ZERO),
                events, InstantSource.system()).remembering(folder, null));
    }

    @AfterEach
    void end() {
        engine.close();
        bus.close();
        server.stop(0);
    }

    private RuleHandle start(String name, String sql, RuleSpec.Action... actions) {
        return engine.start("default", name, new RuleSpec(sql, List.of(actions), false), (namespace, stream) -> stream.equals("pump") ? Optional.of(PUMP) : Optional.empty());
    }

    private RuleSpec.Action http(RuleSpec.Delivery delivery) {
        var url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        return new RuleSpec.Action(null, null, null, new RuleSpec.Http(url, null, null, null), null, null, null, delivery);
    }

    private static RuleSpec.Delivery delivery(Integer batch, Integer keep, Long onDisk) {
        return new RuleSpec.Delivery(null, null, batch, null, new io.fabric8.kubernetes.api.model.Duration(Duration.ofMillis(20)), keep, onDisk);
    }

    private void tell(String device, double flow, String text) {
        bus.publish(new BatchBuilder(PUMP).row(device, System.currentTimeMillis() * 1_000).put(0, flow).put(1, text).build());
    }

    @Test
    void aPoisonedRowIsCountedAndTheNextOneGoesThrough() {
        try (var rule = start("poisoned", "SELECT cast(text, \"bigint\") AS n FROM pump", http(null)); var other = start("sound", "SELECT flow FROM pump")) {
            tell("p", 1, "many");
            tell("p", 1, "7");
            await().untilAsserted(() -> assertThat(bodies).containsExactly("{\"n\":7}"));
            assertThat(rule.stats().rowsFailed()).isEqualTo(1);
            assertThat(rule.stats().lastError()).contains("many");
            assertThat(other.stats().rowsOut()).isEqualTo(2);
        }
    }

    @Test
    void anEndlessGroupIsRefusedAtItsLimit() {
        for (var window : List.of("TUMBLINGWINDOW(hh, 10)", "HOPPINGWINDOW(hh, 10, 10)")) {
            try (var rule = start("endless", "SELECT device, count(*) AS n FROM pump GROUP BY device, " + window)) {
                for (int i = 0; i < 100_010; i++) {
                    tell("device-" + i, 1, "");
                }
                assertThat(rule.stats().rowsFailed()).as(window).isEqualTo(10);
                assertThat(rule.stats().lastError()).contains("more than 100000 groups");
                rule.pause();
            }
            engine.forget("default", "endless");
        }
    }

    @Test
    void aBrokenPeerHoldsNobodyAndGetsAllOnceItIsBack() {
        status.set(503);
        try (var rule = start("broken", "SELECT flow FROM pump", http(delivery(null, null, null))); var other = start("sound", "SELECT flow FROM pump")) {
            for (int i = 1; i <= 5; i++) {
                tell("p", i, "");
            }
            await().untilAsserted(() -> assertThat(rule.stats().lastError()).contains("tried again").contains("503"));
            assertThat(other.stats().rowsOut()).isEqualTo(5);
            status.set(200);
            await().untilAsserted(() -> assertThat(bodies).containsExactly("{\"flow\":1}", "{\"flow\":2}", "{\"flow\":3}", "{\"flow\":4}", "{\"flow\":5}"));
            assertThat(rule.stats().actionsDone()).isEqualTo(5);
        }
    }

    @Test
    void anEndlessBacklogLosesTheOldestAndCountsThem() {
        status.set(503);
        try (var rule = start("behind", "SELECT flow FROM pump", http(delivery(null, 10, null)))) {
            for (int i = 1; i <= 100; i++) {
                tell("p", i, "");
            }
            assertThat(rule.stats().actionsFailed()).isGreaterThanOrEqualTo(89);
            assertThat(rule.stats().lastError()).contains("actions[0]");
            status.set(200);
            await().untilAsserted(() -> assertThat(bodies).contains("{\"flow\":91}", "{\"flow\":100}"));
        }
    }

    @Test
    void whatThePeerDoesNotWantIsCountedAndPassedOver() {
        status.set(400);
        try (var rule = start("unwanted", "SELECT flow FROM pump", http(delivery(null, null, null)))) {
            tell("p", 1, "");
            await().untilAsserted(() -> assertThat(rule.stats().actionsFailed()).isEqualTo(1));
            status.set(200);
            tell("p", 2, "");
            await().untilAsserted(() -> assertThat(bodies).containsExactly("{\"flow\":2}"));
        }
    }

    @Test
    void messagesOnDiskOutliveTheProgram() throws Exception {
        status.set(503);
        try (var rule = start("kept", "SELECT flow FROM pump", http(delivery(2, null, 1_000_000L)))) {
            for (int i = 1; i <= 3; i++) {
                tell("p", i, "");
            }
            await().untilAsserted(() -> assertThat(rule.stats().lastError()).contains("503"));
        }
        engine.close();
        engine = engine();
        status.set(200);
        try (var rule = start("kept", "SELECT flow FROM pump", http(delivery(2, null, 1_000_000L)))) {
            await().untilAsserted(() -> assertThat(String.join("", bodies)).isEqualTo("[{\"flow\":1},{\"flow\":2}][{\"flow\":3}]"));
        }
    }

    @Test
    void appendsRowsToAFileAndKeepsTheOneBefore() {
        var action = new RuleSpec.Action(null, null, null, null, null, new RuleSpec.ToFile("flows.jsonl", 30L), null, null);
        try (var rule = start("file", "SELECT flow, text FROM pump", action)) {
            tell("p", 1.25, "a\"b");
            tell("p", 2, "ä");
            await().untilAsserted(() -> assertThat(rule.stats().actionsDone()).isEqualTo(2));
            assertThat(folder.resolve("files/flows.jsonl.1")).hasContent("{\"flow\":1.25,\"text\":\"a\\\"b\"}\n");
            assertThat(Files.exists(folder.resolve("files/flows.jsonl"))).isTrue();
        }
    }

    @Test
    void aRuleFeedsAnother() {
        var feed = new RuleSpec.Action(null, null, new RuleSpec.Memory("hot"), null, null, null, null, null);
        assertThatThrownBy(() -> start("second", "SELECT * FROM hot")).isInstanceOf(UnknownStreamException.class);
        try (var first = start("first", "SELECT device, flow FROM pump WHERE flow > 5", feed); var second = start("second", "SELECT *, flow * 2 AS twice FROM hot WHERE flow > 7", http(null))) {
            tell("p", 6, "");
            tell("p", 8, "");
            await().untilAsserted(() -> assertThat(bodies).containsExactly("{\"device\":\"p\",\"flow\":8,\"twice\":16}"));
            assertThat(first.stats().rowsOut()).isEqualTo(2);
            assertThat(second.stats().rowsIn()).isEqualTo(2);
        }
    }

    @Test
    void rowsThatCameTooLateGoWhereAnotherRuleCanReadThem() {
        var late = new RuleSpec("SELECT count(*) AS n FROM pump GROUP BY TUMBLINGWINDOW(ss, 1)", List.of(), false, new RuleSpec.Options(true, null, null, null, "late"));
        try (var first = engine.start("default", "first", late, (namespace, stream) -> Optional.of(PUMP));
                var second = start("second", "SELECT source, flow FROM late", http(null))) {
            for (long at : new long[] {1, 5, 2}) {
                bus.publish(new BatchBuilder(PUMP).row("p", at * 1_000_000).put(0, (double) at).build());
            }
            await().untilAsserted(() -> assertThat(bodies).containsExactly("{\"source\":\"pump\",\"flow\":2}"));
            assertThat(first.stats().rowsLate()).isEqualTo(1);
            assertThat(second.stats().rowsOut()).isEqualTo(1);
        }
    }

    @Test
    void saysWhatIsWrongWithAnAction() {
        assertThatThrownBy(() -> start("r", "SELECT flow FROM pump", new RuleSpec.Action(null, null))).hasMessageContaining("spec.actions[0]: empty (expected: one of write");
        assertThatThrownBy(() -> start("r", "SELECT flow FROM pump", http(delivery(0, null, null)))).hasMessageContaining("spec.actions[0].delivery.batch: 0 (expected: 1-10000)");
        assertThatThrownBy(() -> start("r", "SELECT flow FROM pump", new RuleSpec.Action(null, null, null, new RuleSpec.Http("ftp://x", null, null, null), null, null, null, null)))
                .hasMessageContaining("spec.actions[0].http.url: ftp://x (expected: http:// or https://");
        assertThatThrownBy(() -> start("r", "SELECT flow FROM pump", new RuleSpec.Action(null, null, null, null, null, new RuleSpec.ToFile("../x", null), null, null)))
                .hasMessageContaining("spec.actions[0].file.name: ../x");
    }
}
