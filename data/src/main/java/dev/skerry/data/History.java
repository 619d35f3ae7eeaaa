package dev.skerry.data;

import java.time.Instant;
import java.util.List;

/** What was read, asked by series and time; the site answers from its log, a parent from what its sites sent up. */
public interface History {

    /** All series whose key matches; an empty text matches everything. At most {@code limit}. */
    List<SeriesInfo> series(SeriesKey like, int limit);

    /** Every reading in {@code [from, to)}, in order of sequence; at most {@code limit}. */
    List<Point> range(SeriesKey series, Instant from, Instant to, int limit);

    /** {@code [from, to)} cut into equal buckets; a bucket without readings has count 0, so that a gap shows as a gap. */
    List<Bucket> downsample(SeriesKey series, Instant from, Instant to, int buckets);

    /** A series that exists, with its newest reading's time and sequence. */
    record SeriesInfo(SeriesKey key, String model, ValueType type, String unit, Instant newest, long sequence) {}

    /** One reading. {@code value} is a Double, Long, Boolean or String; for a bad one it is the empty String. */
    record Point(Instant time, long sequence, Object value, Quality quality) {}

    /** Numbers and booleans only; NaN everywhere if {@code count} is 0. */
    record Bucket(Instant start, long count, double first, double last, double min, double max, double mean, boolean anyBad) {}
}
