package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CronScheduleTest {

    private static Instant next(String schedule, String zone, String after) {
        return new CronSchedule(schedule, Optional.of(zone)).after(Instant.parse(after)).orElseThrow();
    }

    @Test
    void knowsRangesStepsNamesAndZones() {
        assertThat(next("*/15 9-17 * * mon-fri", "UTC", "2026-11-27T17:50:00Z")).isEqualTo("2026-11-30T09:00:00Z");
        assertThat(next("0 0 31 * *", "UTC", "2026-02-01T00:00:00Z")).isEqualTo("2026-03-31T00:00:00Z");
        assertThat(next("30 6 * * *", "Europe/Berlin", "2026-11-24T00:00:00Z")).isEqualTo("2026-11-24T05:30:00Z");
        assertThat(next("@weekly", "UTC", "2026-11-24T00:00:00Z")).isEqualTo("2026-11-29T00:00:00Z");
        // Either day will do where both are limited.
        assertThat(next("0 0 13 * 5", "UTC", "2026-11-24T00:00:00Z")).isEqualTo("2026-11-27T00:00:00Z");
        assertThat(new CronSchedule("0 0 30 2 *", Optional.empty()).after(Instant.parse("2026-01-01T00:00:00Z"))).isEmpty();
    }

    @Test
    void refusesWhatIsNoSchedule() {
        assertThatThrownBy(() -> new CronSchedule("* * * *", Optional.empty())).hasMessageContaining("expected exactly 5 fields");
        assertThatThrownBy(() -> new CronSchedule("61 * * * *", Optional.empty())).hasMessageContaining("expected: 0-59");
        assertThatThrownBy(() -> new CronSchedule("* * * * *", Optional.of("Mars/Base"))).hasMessageContaining("unknown time zone");
    }

    /** The next time lies ahead, on the minute asked for, and nothing lies between. */
    @Property
    void neverSkipsNorRepeats(@ForAll @IntRange(min = 0, max = 59) int minute, @ForAll @LongRange(min = 0, max = 4_000_000_000L) long second) {
        var schedule = new CronSchedule(minute + " * * * *", Optional.empty());
        var from = Instant.ofEpochSecond(second);

        var next = schedule.after(from).orElseThrow();

        assertThat(next).isAfter(from).isBeforeOrEqualTo(from.plusSeconds(3600));
        assertThat(next.getEpochSecond() / 60 % 60).isEqualTo(minute);
        assertThat(schedule.after(next)).contains(next.plusSeconds(3600));
    }
}
