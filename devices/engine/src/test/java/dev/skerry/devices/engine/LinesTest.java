package dev.skerry.devices.engine;

import static dev.skerry.devices.engine.Specs.device;
import static dev.skerry.devices.engine.Specs.plan;
import static dev.skerry.devices.engine.Specs.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.DeviceCommands.WriteResult;
import dev.skerry.data.LocalBus;
import dev.skerry.data.Quality;
import dev.skerry.devices.engine.FakeDriver.FakeDevice;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.RawValue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinesTest {

    private static final DeviceKey CHILLER_1 = new DeviceKey("default", "chiller-1");
    private static final LineState.Listener NOBODY = (old, now) -> {};

    private final FakeDriver driver = new FakeDriver();
    private final FakeDevice chiller = driver.device("chiller");
    private final LocalBus bus = new LocalBus();
    private final Lines lines =
            new Lines(bus, InstantSource.system(), new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), RandomGenerator.getDefault()), Duration.ofSeconds(30));
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    LinesTest() {
        chiller.put("r:a", 7);
        chiller.put("w:s", 40);
    }

    @AfterEach
    void stop() {
        lines.close();
        callers.shutdownNow();
        bus.close();
        assertThat(chiller.connected).hasValue(0);
    }

    @Test
    void keepsTheLineAndItsConnectionForAnEqualPlan() throws Exception {
        var line = lines.keep(planned("1h"), NOBODY).orElseThrow();
        await().until(() -> line.state().kind() == LineState.Kind.ONLINE);

        assertThat(lines.keep(planned("1h"), NOBODY)).containsSame(line);
        assertThat(chiller.connects).hasValue(1);
        assertThat(lines.keep(planned("2h"), NOBODY).orElseThrow()).isNotSameAs(line);
        assertThat(line.alive()).isFalse();
    }

    @Test
    void finishesTheWriteThatWasSentBeforeTheLineIsReplaced() throws Exception {
        var line = lines.keep(planned("1h"), NOBODY).orElseThrow();
        await().until(() -> line.state().kind() == LineState.Kind.ONLINE);
        var writing = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        chiller.beforeWrite = () -> {
            writing.countDown();
            goOn.await();
        };
        var first = write(50);
        writing.await();
        var replaced = callers.submit(() -> lines.keep(planned("2h"), NOBODY));
        // It waits for its turn: whoever comes now waits for the new line.
        await().until(() -> lines.waits(CHILLER_1) == 1);
        var second = write(51);
        await().until(() -> lines.waits(CHILLER_1) == 2);
        chiller.beforeWrite = () -> {};
        goOn.countDown();

        assertThat(first.get()).extracting(WriteResult::done, WriteResult::message).containsExactly(true, "");
        assertThat(replaced.get()).isPresent();
        assertThat(second.get()).extracting(WriteResult::done, WriteResult::message).containsExactly(true, "");
        assertThat(chiller.values).containsEntry("w:s", new RawValue.Real(51));
        assertThat(chiller.journal.stream().filter(e -> !e.startsWith("read")))
                .containsExactly("connect", "write w:s Real[value=50.0]", "close", "connect", "write w:s Real[value=51.0]");
    }

    @Test
    void replacesALineWhoseDeviceDoesNotAnswer() throws Exception {
        chiller.refusesConnect = new DriverException(DriverException.Kind.UNREACHABLE, "nobody there");
        var line = lines.keep(planned("1h"), NOBODY).orElseThrow();
        await().until(() -> line.state().kind() == LineState.Kind.LOST);
        chiller.refusesConnect = null;

        var next = lines.keep(planned("2h"), NOBODY).orElseThrow();

        await().until(() -> next.state().kind() == LineState.Kind.ONLINE);
    }

    @Test
    void knowsTheNewestValueOfEachPoint() throws Exception {
        var line = lines.keep(planned("1ms"), NOBODY).orElseThrow();
        await().until(() -> line.state().kind() == LineState.Kind.ONLINE);
        assertThat(line.values()).extracting(PointValue::property, PointValue::value, PointValue::quality).containsExactly(
                tuple("supply", 7.0, Quality.GOOD), tuple("setPoint", 40.0, Quality.GOOD));

        chiller.put("r:a", 8);
        await().until(() -> line.values().getFirst().value() instanceof Double d && d == 8);
        chiller.failsRead = new DriverException(DriverException.Kind.TIMEOUT, "no answer");
        await().until(() -> line.values().stream().allMatch(value -> value.quality() == Quality.BAD && value.value() == null));
    }

    @Test
    void saysThatADeviceIsNotThere() throws Exception {
        assertThat(lines.write("default", "chiller-9", "setPoint", 50, "test", Duration.ofSeconds(1)).message())
                .isEqualTo("device chiller-9: unknown in namespace default (expected: a Device whose specification is accepted)");
    }

    @Test
    void startsNothingAfterItWasClosed() throws Exception {
        lines.close();
        assertThat(lines.keep(planned("1h"), NOBODY)).isEmpty();
        assertThat(chiller.connects).hasValue(0);
    }

    private Future<WriteResult> write(double value) {
        return callers.submit(() -> lines.write("default", "chiller-1", "setPoint", value, "test", Duration.ofSeconds(10)));
    }

    private DevicePlan planned(String every) {
        return plan("chiller-1", device("fake://chiller", every, point("supply", "r:a"), point("setPoint", "w:s")), driver);
    }
}
