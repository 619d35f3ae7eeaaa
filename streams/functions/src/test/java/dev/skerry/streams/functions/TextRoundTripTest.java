package dev.skerry.streams.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** What one function writes, another reads. */
class TextRoundTripTest {

    private static final TimeFormat SQL = TimeFormat.of("YYYY-MM-dd HH:mm:ssSSS");

    @Property(tries = 200)
    void aTimeIsReadAsItWasWritten(@ForAll @LongRange(min = 0, max = 4_000_000_000_000L) long millis) {
        var time = Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC);
        assertThat(SQL.parse(SQL.format(time), ZoneOffset.UTC, 0)).isEqualTo(time);
        assertThat(TimeFormat.of("").parse(SQL.format(time), ZoneOffset.UTC, 0)).isEqualTo(time);
    }

    @Property(tries = 200)
    void jsonIsReadAsItWasWritten(@ForAll List<String> texts, @ForAll double number) {
        var list = new java.util.ArrayList<Object>(texts);
        list.add(number);
        assertThat(JsonText.parse(JsonText.of(list))).isEqualTo(list);
    }

    @Test
    void aTextWithoutAYearMeansThisOne() {
        var zone = ZoneId.of("Asia/Shanghai");
        assertThat(TimeFormat.of("").parse("15:04:05", zone, TrialCall.NOON)).isEqualTo("2026-11-25T15:04:05+08:00[Asia/Shanghai]");
        assertThat(TimeFormat.of("").parse("2-29", ZoneOffset.UTC, Instant.parse("2028-01-01T00:00:00Z").toEpochMilli())).isEqualTo("2028-02-29T00:00Z");
    }

    @Test
    void compressionIsUndone() {
        var text = String.join(" ", IntStream.range(0, 200).mapToObj(i -> "pump " + i % 9).toList());
        for (var method : List.of("zlib", "gzip", "flate")) {
            for (var value : List.of("", "short", text)) {
                var packed = scalar("compress").call(new Object[] {value, method}, new TrialCall());
                assertThat(scalar("decompress").call(new Object[] {packed, method}, new TrialCall())).isEqualTo(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }

    // A few kilobytes can hold gigabytes of zeros.
    @Test
    void refusesToUnpackWhatDoesNotFit() {
        var packed = scalar("compress").call(new Object[] {new byte[17 << 20], "gzip"}, new TrialCall());
        assertThatThrownBy(() -> scalar("decompress").call(new Object[] {packed, "gzip"}, new TrialCall())).hasMessage("decompress: more than 16777216 bytes");
    }

    @Test
    void aPlaceOfUseKeepsToItsMethod() {
        var place = scalar("compress");
        place.call(new Object[] {"a", "zlib"}, new TrialCall());
        assertThatThrownBy(() -> place.call(new Object[] {"a", "gzip"}, new TrialCall())).hasMessage("compress type must be consistent, previous zlib, now gzip");
    }

    private static Scalar scalar(String name) {
        return ((Scalar) FunctionTable.standard().find(name)).create();
    }
}
