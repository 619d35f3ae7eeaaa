package dev.skerry.data;

import static dev.skerry.data.Readings.BEGIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.data.EventLog.Event;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileEventLogTest {

    @TempDir
    Path folder;

    @Test
    void numbersOwnEventsAndKeepsThemOverARestart() throws Exception {
        String epoch;
        try (var log = open(1 << 20)) {
            epoch = log.epoch();
            assertThat(log.append(event("info", "one"))).isEqualTo(1);
            assertThat(log.append(event("info", "two"))).isEqualTo(2);
        }
        try (var log = open(1 << 20)) {
            assertThat(log.epoch()).isEqualTo(epoch);
            assertThat(log.own(1, 10)).extracting(Event::message).containsExactly("two");
            assertThat(log.own(1, 10).getFirst().fields()).containsEntry("temp", "81");
            assertThat(log.append(event("info", "three"))).isEqualTo(3);
        }
    }

    @Test
    void receivesEachEventOnceAndTellsListeners() throws Exception {
        try (var log = open(1 << 20)) {
            var heard = new ArrayList<String>();
            var listening = log.listen(e -> heard.add(e.site() + ":" + e.message()));
            var one = new Event(1, BEGIN, "alert", "info", "", "Rule/x", "one", Map.of());
            var two = new Event(2, BEGIN.plusSeconds(1), "alert", "info", "line", "Rule/x", "two", Map.of());
            assertThat(log.receive("plant", "e", List.of(one))).isEqualTo(1);
            assertThat(log.receive("plant", "e", List.of(one, two))).isEqualTo(2);
            listening.close();
            assertThat(log.receive("plant", "anew", List.of(one))).isEqualTo(1);
            assertThat(heard).containsExactly("plant:one", "plant/line:two");
            assertThat(log.newest(1).getFirst().message()).isEqualTo("two");
            assertThat(log.own(0, 10)).isEmpty();
            assertThat(log.received("plant", "e")).isEqualTo(2);
            assertThat(log.received("other", "e")).isZero();
        }
    }

    @Test
    void overBudgetTheOldestOfTheLowestSeverityGoAndAGapIsLeft() throws Exception {
        try (var log = open(20_000)) {
            log.append(event("critical", "fire"));
            for (int i = 0; i < 400; i++) {
                log.append(event("info", "chatter " + i));
            }
            var left = log.own(0, 1000);
            assertThat(left).extracting(Event::message).contains("fire", "chatter 399").doesNotContain("chatter 0");
            assertThat(left).anySatisfy(e -> assertThat(e.kind()).isEqualTo("gap"));
            assertThat(left.size()).isLessThan(200);
        }
    }

    private FileEventLog open(long budget) throws Exception {
        return FileEventLog.open(folder, budget, InstantSource.fixed(BEGIN));
    }

    private static Event event(String severity, String message) {
        return new Event(0, BEGIN, "alert", severity, "", "Rule/default/cool", message, Map.of("temp", "81"));
    }
}
