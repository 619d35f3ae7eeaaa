package dev.skerry.devices.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.data.EventLog;
import dev.skerry.data.FileEventLog;
import dev.skerry.model.DeviceStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceEventsTest {

    private static final DeviceKey PLC = new DeviceKey("default", "plc");
    private static final DeviceStatus ONLINE = status("Online", null);
    private static final DeviceStatus LOST = status("Lost", "device plc: no answer");
    private static final DeviceStatus REJECTED = status("Rejected", "spec.points: none (expected: one or more)");

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private FileEventLog log;
    private DeviceEvents events;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        log = FileEventLog.open(folder);
        events = new DeviceEvents(log, now::get);
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    @Test
    void tellsALossAndTheReturn() {
        events.turned(PLC, null, ONLINE);
        events.turned(PLC, ONLINE, LOST);
        events.turned(PLC, LOST, status("Lost", "device plc: no answer (try 2)"));
        events.turned(PLC, LOST, status("Degraded", "device plc: 1 of 2 points bad"));

        assertThat(log.own(0, 10)).extracting(EventLog.Event::severity).containsExactly("warning", "info");
        assertThat(told()).containsExactly("device plc: no answer", "device plc: degraded again");
    }

    @Test
    void tellsOnceAMinuteOfADeviceThatFlaps() {
        for (int second = 0; second < 59; second++) {
            events.turned(PLC, ONLINE, LOST);
            events.turned(PLC, LOST, ONLINE);
            now.updateAndGet(at -> at.plusSeconds(1));
        }
        assertThat(told()).containsExactly("device plc: no answer", "device plc: online again");

        events.turned(PLC, ONLINE, LOST);
        now.updateAndGet(at -> at.plus(Duration.ofSeconds(1)));
        events.turned(PLC, LOST, LOST);
        assertThat(told()).hasSize(3).last().isEqualTo("device plc: no answer");
    }

    @Test
    void doesNotRepeatAfterARestartWhatTheApiKnows() {
        events.turned(PLC, LOST, status("Lost", "device plc: connection refused"));
        assertThat(told()).isEmpty();
        events.turned(PLC, LOST, ONLINE);
        assertThat(told()).containsExactly("device plc: online again");
    }

    @Test
    void namesTheDeviceThatWasRejected() {
        events.turned(PLC, null, REJECTED);
        assertThat(told()).containsExactly("device plc rejected: spec.points: none (expected: one or more)");
        assertThat(log.own(0, 1).getFirst().subject()).isEqualTo("Device/default/plc");
    }

    private List<String> told() {
        return log.own(0, 10).stream().map(EventLog.Event::message).toList();
    }

    private static DeviceStatus status(String state, String message) {
        return new DeviceStatus(state, message, null, null, List.of());
    }
}
