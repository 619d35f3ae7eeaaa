package dev.skerry.data;

import dev.skerry.data.Outbox.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows as the bus carried them, put together again from the readings of a log. */
public final class LoggedRows {

    private static final int CHUNK_BYTES = 256 * 1024;

    private final Map<Stream, Shape> shapes = new HashMap<>();

    private record Stream(String namespace, String model) {}

    private record Row(Stream stream, String device, long time) {}

    /** A stream's fields, as far as they were met; a batch has those that were known when it was made. */
    private static final class Shape {
        final List<Field> fields = new ArrayList<>();
        final Map<String, Integer> places = new HashMap<>();
        StreamSchema schema;

        Shape(Stream stream) {
            schema = new StreamSchema(stream.namespace, stream.model, fields);
        }

        int place(SeriesDef def) {
            var known = places.get(def.key().property());
            if (known == null || fields.get(known).type() != def.type()) {
                known = fields.size();
                places.put(def.key().property(), known);
                fields.add(new Field(def.key().property(), def.type(), def.unit()));
                schema = new StreamSchema(schema.namespace(), schema.stream(), fields);
            }
            return known;
        }
    }

    private record Value(int field, ValueType type, Object value, Quality quality) {}

    /**
     * The rows of a stretch of the log that are durable, in the order of the log; each batch holds one row.
     *
     * @throws IOException if the log cannot be read
     */
    public List<Batch> read(Outbox log, Range stretch) throws IOException {
        var all = new ArrayList<Batch>();
        long from = stretch.from();
        while (from < stretch.to()) {
            var chunk = log.read(new Range(from, stretch.to()), CHUNK_BYTES);
            if (chunk.isEmpty()) {
                break;
            }
            var rows = new LinkedHashMap<Row, List<Value>>();
            try {
                ChunkReader.read(chunk.get(), (series, columns) -> take(series, columns, rows));
            } catch (Ingest.MalformedChunkException e) {
                throw new IOException("log: positions from " + from + ": " + e.getMessage(), e);
            }
            rows.forEach((row, values) -> all.add(batch(row, values)));
            from = chunk.get().to();
        }
        return all;
    }

    private void take(SeriesDef series, Columns columns, Map<Row, List<Value>> rows) {
        var stream = new Stream(series.key().namespace(), series.model());
        int place = shapes.computeIfAbsent(stream, Shape::new).place(series);
        for (int i = 0; i < columns.count; i++) {
            rows.computeIfAbsent(new Row(stream, series.key().device(), columns.times[i]), r -> new ArrayList<>(8))
                    .add(new Value(place, series.type(), columns.value(series.type(), i), columns.quality(i)));
        }
    }

    private Batch batch(Row row, List<Value> values) {
        var shape = shapes.computeIfAbsent(row.stream, Shape::new);
        var batch = new BatchBuilder(shape.schema, 1).row(row.device, row.time);
        for (var one : values) {
            if (one.quality == Quality.BAD) {
                batch.bad(one.field);
                continue;
            }
            switch (one.type) {
                case FLOAT -> batch.put(one.field, (double) (Double) one.value);
                case INTEGER -> batch.put(one.field, (long) (Long) one.value);
                case BOOLEAN -> batch.put(one.field, (boolean) (Boolean) one.value);
                case STRING -> batch.put(one.field, (String) one.value);
            }
            batch.quality(one.field, one.quality);
        }
        return batch.build();
    }
}
