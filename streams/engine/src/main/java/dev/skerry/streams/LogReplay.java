package dev.skerry.streams;

import dev.skerry.data.Batch;
import dev.skerry.data.BatchBuilder;
import dev.skerry.data.History;
import dev.skerry.data.History.Point;
import dev.skerry.data.History.SeriesInfo;
import dev.skerry.data.Quality;
import dev.skerry.data.SeriesKey;
import dev.skerry.data.StreamSchema;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Rows of streams as the durable log has them, put together again from their readings, in the order of their times. */
final class LogReplay {

    private static final int SERIES = 200_000;
    private static final int POINTS = 1_000_000;

    /** Read at a time, so that memory has a limit. */
    private static final long SLICE_MICROS = 10_000_000;

    private final History history;

    LogReplay(History history) {
        this.history = history;
    }

    /** From which time on a device's rows are wanted, in microseconds. */
    interface From {
        long of(String device);
    }

    private record Told(SeriesInfo series, StreamSchema schema, int field, long from) {}

    private record At(long time, String stream, String device) implements Comparable<At> {
        @Override
        public int compareTo(At other) {
            int byTime = Long.compare(time, other.time);
            int byStream = byTime != 0 ? byTime : stream.compareTo(other.stream);
            return byStream != 0 ? byStream : device.compareTo(other.device);
        }
    }

    /** Gives each row to {@code rows}, as a batch of one; answers how many there were. */
    long read(List<StreamSchema> schemas, From from, Consumer<Batch> rows) {
        var told = new ArrayList<Told>();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (var schema : schemas) {
            for (var series : history.series(new SeriesKey("", schema.namespace(), "", ""), SERIES)) {
                int field = schema.indexOf(series.key().property());
                long newest = micros(series.newest());
                long wanted = from.of(series.key().device());
                if (series.model().equals(schema.stream()) && field >= 0 && newest >= wanted) {
                    told.add(new Told(series, schema, field, wanted));
                    first = Math.min(first, wanted);
                    last = Math.max(last, newest);
                }
            }
        }
        long count = 0;
        for (long at = first; at <= last && !told.isEmpty(); at += SLICE_MICROS) {
            count += slice(told, at, at + SLICE_MICROS, rows);
        }
        return count;
    }

    private long slice(List<Told> told, long from, long to, Consumer<Batch> rows) {
        var found = new TreeMap<At, Map<Integer, Point>>();
        var schemas = new HashMap<String, StreamSchema>();
        for (var one : told) {
            if (micros(one.series.newest()) < from || one.from >= to) {
                continue;
            }
            schemas.put(one.schema.stream(), one.schema);
            for (var point : history.range(one.series.key(), instant(Math.max(from, one.from)), instant(to), POINTS)) {
                found.computeIfAbsent(new At(micros(point.time()), one.schema.stream(), one.series.key().device()), a -> new HashMap<>()).put(one.field, point);
            }
        }
        for (var row : found.entrySet()) {
            var schema = schemas.get(row.getKey().stream());
            if (schema != null) {
                rows.accept(batch(schema, row.getKey(), row.getValue()));
            }
        }
        return found.size();
    }

    private static Batch batch(StreamSchema schema, At at, Map<Integer, Point> points) {
        var rows = new BatchBuilder(schema).row(at.device(), at.time());
        points.forEach((field, point) -> {
            var type = schema.fields().get(field).type();
            if (point.quality() == Quality.BAD) {
                rows.bad(field);
                return;
            }
            switch (type) {
                case FLOAT -> {
                    if (point.value() instanceof Number n) {
                        rows.put(field, n.doubleValue()).quality(field, point.quality());
                    }
                }
                case INTEGER -> {
                    if (point.value() instanceof Number n) {
                        rows.put(field, n.longValue()).quality(field, point.quality());
                    }
                }
                case BOOLEAN -> {
                    if (point.value() instanceof Boolean b) {
                        rows.put(field, (boolean) b).quality(field, point.quality());
                    }
                }
                case STRING -> rows.put(field, String.valueOf(point.value())).quality(field, point.quality());
            }
        });
        return rows.build();
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
