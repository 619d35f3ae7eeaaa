package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.EventLog;
import dev.skerry.data.FileEventLog;
import dev.skerry.data.LocalBus;
import dev.skerry.data.Quality;
import dev.skerry.devices.engine.DevicesModule;
import dev.skerry.devices.engine.PointValue;
import dev.skerry.devices.modbus.ModbusDriver;
import dev.skerry.devices.simulator.Simulator;
import dev.skerry.model.Device;
import dev.skerry.model.DeviceModel;
import dev.skerry.model.DeviceStatus;
import dev.skerry.model.Rule;
import dev.skerry.model.RuleStatus;
import dev.skerry.streams.StreamsModule;
import dev.skerry.testkit.FaultProxy;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices and rules together, as the program wires them: a real API, real reconcilers, a real bus and Modbus over TCP. */
class DevicesAndRulesTest {

    private static final Path RECORDINGS = Path.of(System.getProperty("skerry.root"), "blueprints/plant/data");
    private static final String MODELS = """
            apiVersion: skerry.dev/v1alpha1
            kind: DeviceModel
            metadata: {name: chiller, namespace: default}
            spec:
              properties:
                - {name: flowTemperature, type: float, unit: "[degF]", access: read}
                - {name: setPoint, type: float, unit: "[degF]", access: readWrite, range: {min: 38, max: 60}}
            """;
    private static final String COOL_DOWN = """
            apiVersion: skerry.dev/v1alpha1
            kind: Rule
            metadata: {name: cool-down, namespace: default}
            spec:
              sql: SELECT device, flowTemperature FROM chiller WHERE flowTemperature > 40 AND setPoint > 44
              actions:
                - write: {device: "{{.device}}", property: setPoint, value: "44"}
                - alert: {severity: warning, message: "{{.device}} above 40 °F"}
            """;

    private final List<AutoCloseable> parts = new ArrayList<>();
    private RunningApi api;
    private FileEventLog events;
    private DevicesModule devices;
    private Simulator simulator;
    private int others;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        api = keep(RunningApi.start(folder));
        events = keep(FileEventLog.open(folder.resolve("events")));
        simulator = keep(Simulator.start(RECORDINGS, 0, 10));
        others = parts.size();
        startModules();
    }

    private void startModules() {
        var clock = InstantSource.system();
        var bus = keep(new LocalBus());
        var modbus = keep(new ModbusDriver());
        devices = keep(new DevicesModule(api.far(), bus, List.of(modbus), events, clock));
        var streams = keep(new StreamsModule(api.far(), bus, devices.commands(), events, clock));
        var all = new ArrayList<Reconciler<?>>(devices.reconcilers());
        all.addAll(streams.reconcilers());
        keep(Reconcilers.start(api.far(), all));
    }

    private <T extends AutoCloseable> T keep(T part) {
        parts.addFirst(part);
        return part;
    }

    @AfterEach
    void stop() throws Exception {
        stopUntil(0);
    }

    private void stopUntil(int left) throws Exception {
        while (parts.size() > left) {
            parts.removeFirst().close();
        }
    }

    @Test
    void readsDecidesAndWritesBackAndTellsPeople() {
        apply(COOL_DOWN);
        await().untilAsserted(() -> assertThat(rule("cool-down")).hasValueSatisfying(r -> assertThat(r.state()).isEqualTo("Waiting")));
        apply(device("chiller-1", simulator.address() + "?unit=1"));
        await().untilAsserted(() -> assertThat(status("chiller-1")).hasValueSatisfying(s -> {
            assertThat(s.state()).isEqualTo("Rejected");
            assertThat(s.message()).isEqualTo("spec.model: chiller (expected: an existing DeviceModel)");
        }));

        apply(MODELS);

        await().untilAsserted(() -> assertThat(status("chiller-1")).hasValueSatisfying(s -> {
            assertThat(s.state()).isEqualTo("Online");
            assertThat(s.message()).isNull();
            assertThat(s.points()).isEqualTo(new DeviceStatus.Points(2, 0));
            assertThat(s.plan()).startsWith("2 points in 1 read every 50ms");
        }));
        await().untilAsserted(() -> assertThat(value("chiller-1", "setPoint").map(PointValue::value)).contains(44.0));
        await().untilAsserted(() -> assertThat(events.newest(10)).anySatisfy(event -> {
            assertThat(event.kind()).isEqualTo("alert");
            assertThat(event.subject()).isEqualTo("Rule/default/cool-down");
            assertThat(event.message()).isEqualTo("chiller-1 above 40 °F");
        }));
        await().untilAsserted(() -> assertThat(rule("cool-down")).hasValueSatisfying(r -> assertThat(r.state()).isEqualTo("Running")));
        await().untilAsserted(() -> assertThat(model("chiller").getStatus()).satisfies(s -> {
            assertThat(s.devices()).isEqualTo(1);
            assertThat(s.conditions().getFirst().getStatus()).isEqualTo("True");
        }));
    }

    @Test
    void rejectsARuleThatDoesNotFitItsModel() {
        apply(MODELS);
        apply(COOL_DOWN.replace("flowTemperature > 40", "flowTemperature = 'warm'"));

        await().untilAsserted(() -> assertThat(rule("cool-down")).hasValueSatisfying(r -> {
            assertThat(r.state()).isEqualTo("Rejected");
            assertThat(r.message()).isEqualTo("sql 1:51: flowTemperature='warm' compares float with string (expected: two of a kind)");
        }));
    }

    @Test
    void saysAllThatIsWrongWithADeviceAtOnceAndTakesItWhenMended() {
        apply(MODELS);
        var good = device("chiller-1", simulator.address() + "?unit=1");
        apply(good.replace("holding:0", "holding:99999").replace("setPoint", "setpoint").replace("50ms", "1us"));

        await().untilAsserted(() -> assertThat(status("chiller-1")).hasValueSatisfying(s -> {
            assertThat(s.state()).isEqualTo("Rejected");
            assertThat(s.message()).contains("spec.pollEvery: 1us", "spec.points[0].address: holding:99999", "spec.points[1].property: setpoint");
            assertThat(s.conditions()).extracting("type", "status")
                    .containsExactly(tuple("Accepted", "False"), tuple("Online", "False"));
        }));
        assertThat(devices.values("default", "chiller-1")).isEmpty();
        apply(good);
        awaitState("chiller-1", "Online");
    }

    @Test
    void losesADeviceWithItsPointsBadAndTakesItUpAgain() throws Exception {
        var line = keep(FaultProxy.to(simulator.address().getPort()));
        apply(MODELS);
        apply(device("chiller-1", "modbus-tcp://127.0.0.1:" + line.port() + "?unit=1"));
        awaitState("chiller-1", "Online");

        line.blackhole();

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(status("chiller-1")).hasValueSatisfying(s -> {
            assertThat(s.state()).isEqualTo("Lost");
            assertThat(s.message()).startsWith("device chiller-1: no answer from modbus-tcp://127.0.0.1:" + line.port() + " in 0.5s (try ");
            assertThat(s.points()).isEqualTo(new DeviceStatus.Points(0, 2));
        }));
        assertThat(value("chiller-1", "flowTemperature").map(PointValue::quality)).contains(Quality.BAD);
        var refused = devices.commands().write("default", "chiller-1", "setPoint", 50, "test", Duration.ofSeconds(5));
        assertThat(refused.done()).isFalse();
        assertThat(refused.message()).startsWith("device chiller-1 setPoint: no answer from");
        // The refused write is told too, when its audit gets to it.
        assertThat(events.newest(10)).filteredOn(event -> !event.kind().equals("write"))
                .extracting(EventLog.Event::kind, EventLog.Event::severity).containsExactly(tuple("device", "warning"));

        line.forward();

        awaitState("chiller-1", "Online");
        await().until(() -> value("chiller-1", "flowTemperature").map(PointValue::quality).equals(Optional.of(Quality.GOOD)));
        assertThat(events.newest(10)).filteredOn(event -> !event.kind().equals("write")).first()
                .satisfies(event -> assertThat(event.message()).isEqualTo("device chiller-1: online again"));
    }

    @Test
    void losesADeviceThatAnswersGarbageOrHalfAFrameAndSaysWhy() throws Exception {
        apply(MODELS);
        try (var garbage = answering("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                var half = answering(null)) {
            apply(device("web", "modbus-tcp://127.0.0.1:" + garbage.getLocalPort()));
            apply(device("half", "modbus-tcp://127.0.0.1:" + half.getLocalPort()));
            apply(device("none", "modbus-tcp://127.0.0.1:" + freePort()));
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(lost("web")).contains("an answer that is not Modbus TCP");
                assertThat(lost("half")).contains("the line was closed after 7 bytes of an answer");
                assertThat(lost("none")).contains("connection refused");
            });
            // Their neighbour is served all the same.
            apply(device("chiller-1", simulator.address() + "?unit=1"));
            awaitState("chiller-1", "Online");
        }
    }

    @Test
    void keepsTheConnectionWhileNothingChangesAndEndsItWithTheDevice() {
        var line = keep(FaultProxy.to(simulator.address().getPort()));
        var device = device("chiller-1", "modbus-tcp://127.0.0.1:" + line.port() + "?unit=1");
        apply(MODELS);
        apply(device);
        awaitState("chiller-1", "Online");
        apply(device.replace("name: chiller-1,", "name: chiller-1, labels: {hall: east},"));
        apply(device("chiller-2", simulator.address() + "?unit=2"));
        awaitState("chiller-2", "Online");
        assertThat(line.connections()).isEqualTo(1);

        apply(device.replace("50ms", "60ms"));

        await().untilAsserted(() -> assertThat(status("chiller-1")).hasValueSatisfying(s -> assertThat(s.plan()).contains("every 60ms")));
        assertThat(line.connections()).isEqualTo(2);

        api.client().resources(Device.class).inNamespace("default").withName("chiller-1").delete();

        await().until(() -> devices.values("default", "chiller-1").isEmpty());
        long through = line.forwarded();
        await().during(Duration.ofMillis(300)).until(() -> line.forwarded() == through);
        await().untilAsserted(() -> assertThat(model("chiller").getStatus().devices()).isEqualTo(1));
    }

    /** One object that a client cannot read would end the list, and so the watch, of all objects of its kind. */
    @Test
    void refusesWhatTheReconcilersCouldNotRead() {
        apply(MODELS);
        var device = device("chiller-1", simulator.address() + "?unit=1");
        for (var bad : List.of("soon", "0.5s", "-1s", "5", "99999999999h")) {
            assertThatThrownBy(() -> apply(device.replace("50ms", bad))).as(bad).hasMessageContaining("spec.pollEvery");
        }
        assertThatThrownBy(() -> apply(device.replace("points:", "points:\n    - null"))).hasMessageContaining("spec.points[0]");
        assertThatThrownBy(() -> apply(device.replace("0.1}", "much}"))).hasMessageContaining("spec.points[0].scale");
        assertThatThrownBy(() -> apply(MODELS.replace("type: float", "type: flaot"))).hasMessageContaining("spec.properties[0].type");

        apply(device);
        awaitState("chiller-1", "Online");
    }

    @Test
    void followsTheModelAndGoesOnWhereItFitsAgain() {
        apply(MODELS);
        apply(device("chiller-1", simulator.address() + "?unit=1"));
        apply(COOL_DOWN);
        awaitState("chiller-1", "Online");
        awaitRule("cool-down", "Running");

        apply(MODELS.replace("setPoint", "target"));

        awaitState("chiller-1", "Rejected");
        assertThat(status("chiller-1").orElseThrow().message())
                .isEqualTo("spec.points[1].property: setPoint (expected: a property of chiller: flowTemperature, target)");
        awaitRule("cool-down", "Rejected");

        api.client().resource(MODELS).delete();
        await().untilAsserted(() -> assertThat(status("chiller-1").orElseThrow().message())
                .isEqualTo("spec.model: chiller (expected: an existing DeviceModel)"));
        awaitRule("cool-down", "Waiting");

        apply(MODELS);
        awaitState("chiller-1", "Online");
        awaitRule("cool-down", "Running");
    }

    @Test
    void takesEverythingUpAgainAfterAStopAndWritesNoStatusForIt() throws Exception {
        apply(MODELS);
        apply(device("chiller-1", simulator.address() + "?unit=1"));
        apply(COOL_DOWN);
        awaitState("chiller-1", "Online");
        await().untilAsserted(() -> assertThat(value("chiller-1", "setPoint").map(PointValue::value)).contains(44.0));
        // Its status tells of the model's arrival; let that settle.
        await().untilAsserted(() -> assertThat(model("chiller").getStatus().devices()).isEqualTo(1));
        var device = stored("chiller-1").getMetadata().getResourceVersion();
        var model = model("chiller").getMetadata().getResourceVersion();

        stopUntil(others);
        startModules();

        await().untilAsserted(() -> assertThat(value("chiller-1", "setPoint").map(PointValue::value)).contains(44.0));
        assertThat(devices.commands().write("default", "chiller-1", "setPoint", 50, "test", Duration.ofSeconds(5)).message()).isEmpty();
        await().untilAsserted(() -> assertThat(value("chiller-1", "setPoint").map(PointValue::value)).contains(44.0));
        assertThat(stored("chiller-1").getMetadata().getResourceVersion()).isEqualTo(device);
        assertThat(model("chiller").getMetadata().getResourceVersion()).isEqualTo(model);
        assertThat(events.newest(10)).extracting(EventLog.Event::kind).doesNotContain("device");
    }

    /** The data path never waits for the control path, and the control path catches up. */
    @Test
    void readsDecidesAndWritesWhileTheApiIsAwayAndTellsItAfterwards() throws Exception {
        var line = keep(FaultProxy.to(simulator.address().getPort()));
        apply(MODELS);
        apply(COOL_DOWN);
        apply(device("chiller-1", simulator.address() + "?unit=1"));
        apply(device("chiller-2", "modbus-tcp://127.0.0.1:" + line.port() + "?unit=2"));
        awaitState("chiller-1", "Online");
        awaitState("chiller-2", "Online");
        await().untilAsserted(() -> assertThat(value("chiller-1", "setPoint").map(PointValue::value)).contains(44.0));

        api.line().refuse();
        line.refuse();

        await().until(() -> value("chiller-2", "setPoint").map(PointValue::quality).equals(Optional.of(Quality.BAD)));
        assertThat(devices.commands().write("default", "chiller-1", "setPoint", 50, "test", Duration.ofSeconds(5)).message()).isEmpty();
        await().untilAsserted(() -> assertThat(value("chiller-1", "setPoint").map(PointValue::value)).contains(44.0));
        assertThat(status("chiller-2").map(DeviceStatus::state)).contains("Online");

        api.line().forward();

        await().atMost(Duration.ofSeconds(60)).until(() -> status("chiller-2").map(DeviceStatus::state).equals(Optional.of("Lost")));
        line.forward();
        awaitState("chiller-2", "Online");
    }

    @Test
    void aRuleSeesAndWritesItsOwnNamespaceOnlyAndNothingWhilePaused() throws Exception {
        api.client().namespaces().resource(new NamespaceBuilder().withNewMetadata().withName("other").endMetadata().build()).create();
        apply(MODELS);
        apply(MODELS.replace("namespace: default", "namespace: other"));
        apply(device("chiller-1", simulator.address() + "?unit=1"));
        apply(device("chiller-1", simulator.address() + "?unit=2").replace("namespace: default", "namespace: other"));
        apply(COOL_DOWN);
        await().untilAsserted(() -> assertThat(value("chiller-1", "setPoint").map(PointValue::value)).contains(44.0));
        assertThat(devices.values("other", "chiller-1").orElseThrow()).extracting(PointValue::value).contains(48.0);

        apply(COOL_DOWN.replace("spec:", "spec:\n  paused: true"));
        awaitRule("cool-down", "Paused");
        assertThat(devices.commands().write("default", "chiller-1", "setPoint", 50, "test", Duration.ofSeconds(5)).message()).isEmpty();
        await().during(Duration.ofMillis(500)).until(() -> value("chiller-1", "setPoint").map(PointValue::value).equals(Optional.of(50.0)));

        apply(COOL_DOWN);
        await().untilAsserted(() -> assertThat(value("chiller-1", "setPoint").map(PointValue::value)).contains(44.0));
    }

    /** Answers the first bytes of each connection with these, or with half of a Modbus frame, and closes it. */
    private static ServerSocket answering(byte[] answer) throws IOException {
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("answering").start(() -> {
            while (!server.isClosed()) {
                try (var socket = server.accept()) {
                    var request = new byte[64];
                    int read = socket.getInputStream().read(request);
                    if (read > 7) {
                        socket.getOutputStream().write(answer == null ? half(request) : answer);
                    }
                } catch (IOException e) {
                    // The client ended it, or the test is over.
                }
            }
        });
        return server;
    }

    /** The request's transaction, and fewer bytes than the length says. */
    private static byte[] half(byte[] request) {
        var frame = Arrays.copyOf(request, 7);
        frame[4] = 0;
        frame[5] = 7;
        return frame;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String device(String name, String endpoint) {
        return """
                apiVersion: skerry.dev/v1alpha1
                kind: Device
                metadata: {name: %s, namespace: default}
                spec:
                  model: chiller
                  endpoint: "%s"
                  pollEvery: 50ms
                  timeout: 500ms
                  points:
                    - {property: flowTemperature, address: "holding:0", encoding: int16, scale: 0.1}
                    - {property: setPoint, address: "holding:10", encoding: int16, scale: 0.1}
                """.formatted(name, endpoint);
    }

    private void apply(String manifest) {
        api.client().resource(manifest).forceConflicts().serverSideApply();
    }

    private void awaitState(String device, String state) {
        await().atMost(Duration.ofSeconds(30)).until(() -> status(device).map(DeviceStatus::state).equals(Optional.of(state)));
    }

    private void awaitRule(String name, String state) {
        await().atMost(Duration.ofSeconds(20)).until(() -> rule(name).map(RuleStatus::state).equals(Optional.of(state)));
    }

    private String lost(String device) {
        return status(device).filter(s -> "Lost".equals(s.state())).map(DeviceStatus::message).orElse("not lost");
    }

    private Optional<DeviceStatus> status(String device) {
        return Optional.ofNullable(stored(device)).map(Device::getStatus);
    }

    private Device stored(String device) {
        return api.client().resources(Device.class).inNamespace("default").withName(device).get();
    }

    private Optional<RuleStatus> rule(String name) {
        return Optional.ofNullable(api.client().resources(Rule.class).inNamespace("default").withName(name).get()).map(Rule::getStatus);
    }

    private DeviceModel model(String name) {
        return api.client().resources(DeviceModel.class).inNamespace("default").withName(name).get();
    }

    private Optional<PointValue> value(String device, String property) {
        return devices.values("default", device).stream().flatMap(List::stream).filter(v -> v.property().equals(property)).findFirst();
    }
}
