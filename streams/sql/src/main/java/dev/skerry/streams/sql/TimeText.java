package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionException;
import dev.skerry.streams.functions.TimeFormat;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/** Date-times as sources write them. */
final class TimeText {

    private TimeText() {}

    /** A number is milliseconds since the epoch, a text is read in the format, or in one that is common. */
    static ZonedDateTime of(@Nullable Object value, String format, ZoneId zone) {
        try {
            return TimeFormat.of(format).timeOf(value, zone, InstantSource.system().millis());
        } catch (FunctionException e) {
            throw new EvalException(String.valueOf(e.getMessage()));
        }
    }
}
