package dev.skerry.devices.engine;

import static dev.skerry.devices.engine.Specs.device;
import static dev.skerry.devices.engine.Specs.every;
import static dev.skerry.devices.engine.Specs.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.Batch;
import dev.skerry.data.DeviceCommands.WriteResult;
import dev.skerry.data.LocalBus;
import dev.skerry.data.Quality;
import dev.skerry.devices.engine.FakeDriver.FakeDevice;
import dev.skerry.devices.engine.LineState.Kind;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.Secrets;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.model.DeviceSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeviceLineTest {

    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final String NEVER = "1h";

    private final FakeDriver driver = new FakeDriver();
    private final FakeDevice chiller = driver.device("chiller");
    private final LocalBus bus = new LocalBus();
    private final List<Batch> told = new CopyOnWriteArrayList<>();
    private final List<LineState> states = new CopyOnWriteArrayList<>();
    private final List<DeviceLine> lines = new ArrayList<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final Backoff quick = new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), RandomGenerator.getDefault());

    DeviceLineTest() {
        bus.subscribe("test", "chiller", told::add);
        chiller.put("r:a", 7);
        chiller.put("w:s", 40);
        chiller.put("r:n", 3);
        chiller.values.put("w:l", new RawValue.Text("roof"));
    }

    @AfterEach
    void stop() {
        lines.forEach(DeviceLine::close);
        callers.shutdownNow();
        bus.close();
        assertThat(driver.devices.values()).allSatisfy(d -> assertThat(d.connected).hasValue(0));
    }

    @Test
    void readsPointsOfOneIntervalTogetherIntoOneRow() {
        var line = start(device("fake://chiller", NEVER, point("supply", "r:a"), point("setPoint", "w:s"), point("starts", "r:n"), point("label", "w:l")));

        await().until(() -> line.state().kind() == Kind.ONLINE);
        assertThat(chiller.journal).containsExactly("connect", "read r:a to r:n", "read w:l to w:l");
        assertThat(told).hasSize(1);
        var row = told.getFirst();
        assertThat(row.schema().stream()).isEqualTo("chiller");
        assertThat(row.device(0)).isEqualTo("chiller-1");
        assertThat(row.time(0)).isEqualTo(1_700_000_000_000_500L);
        assertThat(row.asDouble(0, 0)).isEqualTo(7);
        assertThat(row.asLong(0, 3)).isEqualTo(3);
        assertThat(row.asString(0, 4)).isEqualTo("roof");
        assertThat(row.has(0, 2)).isFalse();
        assertThat(line.state()).isEqualTo(new LineState(Kind.ONLINE, "", 4, 0));
        assertThat(line.explained()).isEqualTo("4 points in 2 reads every 60m (r:a to r:n, w:l to w:l)");
    }

    @Test
    void pollsEachIntervalByItself() {
        start(device("fake://chiller", NEVER, point("supply", "r:a"), every("starts", "r:n", "2ms")));

        await().until(() -> told.size() > 20);
        assertThat(told).filteredOn(row -> row.has(0, 0)).hasSize(1);
        assertThat(chiller.journal).filteredOn("read r:a to r:a"::equals).hasSize(1);
    }

    @Test
    void countsWhatIsBadAndTellsItDegraded() {
        var line = start(device("fake://chiller", "1ms", point("supply", "r:a"), point("starts", "r:none")));

        await().until(() -> line.state().kind() == Kind.DEGRADED);
        assertThat(line.state()).isEqualTo(
                new LineState(Kind.DEGRADED, "device chiller-1: 1 of 2 points bad, such as starts: no such value", 1, 1));
        assertThat(told.getFirst().quality(0, 3)).isEqualTo(Quality.BAD);
        chiller.put("r:none", 1);
        await().until(() -> line.state().kind() == Kind.ONLINE);
    }

    @Test
    void readsTheOthersWhenTheDeviceRefusesARequestForOnePoint() {
        chiller.refuses = "r:n";
        var line = start(device("fake://chiller", "1ms", point("supply", "r:a"), point("setPoint", "w:s"), point("starts", "r:n")));

        await().until(() -> line.state().good() == 2);
        assertThat(line.state().message()).isEqualTo("device chiller-1: 1 of 3 points bad, such as starts: r:n: no such register");
        assertThat(line.explained()).startsWith("3 points in 3 reads every ");
        assertThat(chiller.connects).hasValue(1);
    }

    @Test
    void aWriteOvertakesTheReadsThatHaveNotBegun() throws Exception {
        var reading = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        chiller.beforeRead = () -> {
            reading.countDown();
            goOn.await();
        };
        var line = start(device("fake://chiller", NEVER, point("supply", "r:a"), point("starts", "r:n"), point("label", "w:l"), point("setPoint", "w:s")));
        assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();

        var result = write(line, "setPoint", "45.5");
        await().until(() -> waits(line));
        goOn.countDown();

        assertThat(result.get().done()).isTrue();
        await().until(() -> chiller.journal.size() >= 4);
        assertThat(chiller.journal.subList(0, 4)).containsExactly(
                "connect", "read r:a to w:l", "write w:s Real[value=45.5]", "read w:s to w:s");
    }

    @Test
    void aWriteWakesALineThatSleepsAndIsReadBack() throws Exception {
        var line = start(device("fake://chiller", NEVER, point("setPoint", "w:s"), every("supply", "r:a", "2h")));
        await().until(() -> told.size() == 2);

        assertThat(line.write("setPoint", 50, false, PATIENT).result()).matches(WriteResult::done);

        await().until(() -> told.size() == 3);
        assertThat(told.getLast().asDouble(0, 1)).isEqualTo(50);
        assertThat(told.getLast().has(0, 0)).isFalse();
    }

    @Test
    void writesFromWithinItsOwnPublicationWithoutSpinning() throws Exception {
        var results = new CopyOnWriteArrayList<WriteResult>();
        var own = new CompletableFuture<DeviceLine>();
        bus.subscribe("rule", "chiller", batch -> {
            try {
                results.add(own.get().write("setPoint", 38 + results.size(), false, PATIENT).result());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });

        own.complete(start(device("fake://chiller", NEVER, point("setPoint", "w:s"))));

        await().until(() -> results.size() == 2);
        assertThat(results).allMatch(WriteResult::done);
        assertThat(own.get().write("setPoint", 60, false, PATIENT).result().done()).isTrue();
        assertThat(chiller.journal).containsExactly("connect", "read w:s to w:s", "write w:s Real[value=38.0]", "read w:s to w:s",
                "write w:s Real[value=39.0]", "write w:s Real[value=60.0]");
    }

    @Test
    void saysWhyItDoesNotWrite() throws Exception {
        var line = start(device("fake://chiller", NEVER, point("supply", "r:a"), point("setPoint", "w:s")));

        assertThat(line.write("setPoint", 99, false, PATIENT).result().message()).isEqualTo("device chiller-1 setPoint: 99 (expected: 38 to 60)");
        assertThat(line.write("supply", 9, false, PATIENT).result().message())
                .isEqualTo("device chiller-1 supply is read only (expected: a property with access write or readWrite)");
        assertThat(line.write("speed", 9, false, PATIENT).result().message()).isEqualTo("device chiller-1 speed unknown (expected: one of setPoint, supply)");
        chiller.failsWrite = new DriverException(DriverException.Kind.REFUSED, "w:s: the device will not");
        assertThat(line.write("setPoint", 40, false, PATIENT).result()).matches(r -> !r.done())
                .extracting(WriteResult::message).isEqualTo("device chiller-1 setPoint: w:s: the device will not");
        assertThat(line.state().kind()).isEqualTo(Kind.ONLINE);
    }

    @Test
    void neverSendsAWriteThatItsCallerGaveUp() throws Exception {
        var goOn = new CountDownLatch(1);
        chiller.beforeRead = goOn::await;
        var line = start(device("fake://chiller", NEVER, point("setPoint", "w:s")));
        await().until(() -> chiller.connects.get() == 1);

        assertThat(line.write("setPoint", 40, false, Duration.ofMillis(20)).result().message())
                .isEqualTo("device chiller-1 setPoint: not written within 20ms, the device is busy");
        goOn.countDown();
        assertThat(line.write("setPoint", 41, false, PATIENT).result().done()).isTrue();

        assertThat(chiller.journal).contains("write w:s Real[value=41.0]").doesNotContain("write w:s Real[value=40.0]");
    }

    @Test
    void refusesWritesWhenTooManyWait() throws Exception {
        var goOn = new CountDownLatch(1);
        var reading = new CountDownLatch(1);
        chiller.beforeRead = () -> {
            reading.countDown();
            goOn.await();
        };
        var line = start(device("fake://chiller", NEVER, point("setPoint", "w:s")));
        // The line must be held up before the first write comes, or it takes that one out of the queue.
        assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
        var results = new ArrayList<CompletableFuture<WriteResult>>();
        for (int i = 0; i <= WriteQueue.CAPACITY; i++) {
            results.add(write(line, "setPoint", 40));
        }

        await().until(() -> results.stream().anyMatch(CompletableFuture::isDone));
        goOn.countDown();

        assertThat(results).extracting(result -> result.get(10, TimeUnit.SECONDS)).filteredOn(result -> !result.done()).singleElement()
                .extracting(WriteResult::message).isEqualTo("device chiller-1 setPoint: 256 writes wait already (expected: a device that keeps up)");
    }

    @Test
    void tellsALostDeviceBadOnceAndComesBack() throws Exception {
        var line = start(device("fake://chiller:1?unit=1", "2ms", point("supply", "r:a"), point("setPoint", "w:s")));
        await().until(() -> line.state().kind() == Kind.ONLINE);

        chiller.refusesConnect = new DriverException(DriverException.Kind.UNREACHABLE, "fake://chiller:1: connection refused");
        chiller.failsRead = new DriverException(DriverException.Kind.TIMEOUT, "read timed out");
        await().until(() -> states.stream().filter(s -> s.kind() == Kind.LOST).count() >= 3);
        assertThat(states.get(1).message()).matches("device chiller-1: no answer from fake://chiller:1 in 2s \\(try 1, next in \\d+ms\\)");
        assertThat(states.get(2).message()).matches("device chiller-1: fake://chiller:1: connection refused \\(try 2, next in \\d+ms\\)");
        assertThat(line.state()).matches(s -> s.good() == 0 && s.bad() == 2);
        assertThat(line.write("setPoint", 40, false, PATIENT).result().message()).isEqualTo("device chiller-1 setPoint: fake://chiller:1: connection refused");
        assertThat(told).filteredOn(row -> row.quality(0, 0) == Quality.BAD && row.quality(0, 1) == Quality.BAD).hasSize(1);

        chiller.failsRead = null;
        chiller.refusesConnect = null;
        await().until(() -> line.state().kind() == Kind.ONLINE);
        assertThat(told.getLast().quality(0, 0)).isEqualTo(Quality.GOOD);
        assertThat(line.write("setPoint", 40, false, PATIENT).result().done()).isTrue();
    }

    @Test
    void reconnectsQuietlyToADeviceThatClosedTheLine() {
        var line = start(device("fake://chiller", "2ms", point("supply", "r:a")));
        await().until(() -> line.state().kind() == Kind.ONLINE);

        chiller.failsReadOnce = new DriverException(DriverException.Kind.CLOSED, "closed by the device");
        await().until(() -> chiller.connects.get() == 2);
        int rows = told.size();
        await().until(() -> told.size() > rows + 1);

        assertThat(states).extracting(LineState::kind).containsExactly(Kind.ONLINE);
        assertThat(told).allMatch(row -> row.quality(0, 0) == Quality.GOOD);
    }

    @Test
    void survivesADriverThatThrowsAndHarmsNoOther() {
        var broken = driver.device("broken");
        broken.failsRead = new IllegalStateException("bug");
        var bad = start("bad", device("fake://broken", "1ms", point("supply", "r:a")));
        var good = start("good", device("fake://chiller", "1ms", point("supply", "r:a")));

        await().until(() -> bad.state().kind() == Kind.LOST && good.state().kind() == Kind.ONLINE && broken.connects.get() > 3);
        assertThat(bad.state().message()).startsWith("device bad: driver fake failed: java.lang.IllegalStateException: bug (try ");
        broken.put("r:a", 1);
        broken.failsRead = null;
        await().until(() -> bad.state().kind() == Kind.ONLINE);
    }

    @Test
    void stopsWhileTheDriverBlocksAndLeavesNothingBehind() throws Exception {
        chiller.beforeRead = new CountDownLatch(1)::await;
        var line = start(device("fake://chiller", "1ms", point("supply", "r:a"), point("setPoint", "w:s")));
        await().until(() -> chiller.connected.get() == 1);
        var waiting = write(line, "setPoint", 40);
        await().until(() -> waits(line) || waiting.isDone());

        line.close();

        assertThat(line.alive()).isFalse();
        assertThat(chiller.connected).hasValue(0);
        assertThat(waiting.get(10, TimeUnit.SECONDS).message()).isEqualTo("device chiller-1 setPoint: stopped");
        assertThat(line.write("setPoint", 40, false, PATIENT).result().message()).isEqualTo("device chiller-1 setPoint: stopped");
        assertThat(states).isEmpty();
        line.close();
    }

    /** Whoever listens may be writing a file: an interrupt there would close it. */
    @Test
    void neverInterruptsWhoListens() throws Exception {
        var listening = new CountDownLatch(1);
        var stopping = new CompletableFuture<DeviceLine>();
        var interrupted = new CompletableFuture<Boolean>();
        bus.subscribe("log", "chiller", batch -> {
            listening.countDown();
            stopping.join();
            await().until(() -> stopping.join().stopping());
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        var line = start(device("fake://chiller", NEVER, point("supply", "r:a")));
        assertThat(listening.await(10, TimeUnit.SECONDS)).isTrue();

        var closing = CompletableFuture.runAsync(line::close, callers);
        stopping.complete(line);

        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
        closing.get(10, TimeUnit.SECONDS);
        assertThat(line.alive()).isFalse();
    }

    private static boolean waits(DeviceLine line) {
        return line.waiting() > 0;
    }

    private CompletableFuture<WriteResult> write(DeviceLine line, String property, Object value) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return line.write(property, value, false, PATIENT).result();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }, callers);
    }

    private DeviceLine start(DeviceSpec spec) {
        return start("chiller-1", spec);
    }

    private DeviceLine start(String name, DeviceSpec spec) {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000, 500_000));
        var line = DeviceLine.start(Specs.plan(name, spec, driver), new DeviceLine.Setting(bus, clock, quick, null, plan -> Secrets.NONE, (event, message) -> {}, true), (old, now) -> states.add(now));
        lines.add(line);
        return line;
    }
}
