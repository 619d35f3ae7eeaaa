package dev.skerry.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns batches into records and numbers their readings. Guarded by the log's tail lock. */
final class RecordEncoder {

    private static final int SCHEMAS_CACHED = 256;

    /** A series as the writer knows it. */
    static final class Series {
        long sequence;
        @Nullable SeriesDef written;
        long writtenIn = -1;
        int number;
    }

    private record Column(SeriesDef def, Series series) {}

    private static final class Device {
        final Column[] columns;
        int firstRow;
        int lastRow;
        long seenIn;

        Device(Column[] columns) {
            this.columns = columns;
        }
    }

    private final Map<SeriesKey, Series> series = new HashMap<>();
    private final IdentityHashMap<StreamSchema, Map<String, Device>> schemas = new IdentityHashMap<>();
    private final Columns columns = new Columns();
    private final Output block = new Output(4096);
    private Device[] order = new Device[16];
    private int[] nextRow = new int[16];
    private long batches;

    /** How many series the current segment has been told. */
    private int defined;

    void beginSegment() {
        defined = 0;
    }

    /** The series has come as far as {@code sequence}, in an earlier life of the log. */
    void resume(SeriesKey key, long sequence) {
        var known = series.computeIfAbsent(key, k -> new Series());
        known.sequence = Math.max(known.sequence, sequence);
    }

    /** Appends the record, behind the definitions that the segment lacks. */
    void encode(Batch batch, Segment segment, long position, long nowMicros, Output out) {
        int devices = groupByDevice(batch);
        int fields = batch.schema().fields().size();
        for (int d = 0; d < devices; d++) {
            for (int field = 0; field < fields; field++) {
                if (tells(batch, order[d], field)) {
                    define(order[d].columns[field], segment, out);
                }
            }
        }
        int begin = Frames.begin(out, Frames.RECORD);
        out.unsigned(position);
        out.unsigned(nowMicros);
        try {
            for (int d = 0; d < devices; d++) {
                for (int field = 0; field < fields; field++) {
                    encodeColumn(batch, order[d], field, nowMicros, out);
                }
            }
        } catch (RuntimeException e) {
            out.size = begin;
            throw e;
        }
        Frames.end(out, begin);
    }

    private int groupByDevice(Batch batch) {
        batches++;
        var devices = devicesOf(batch.schema());
        int size = batch.size();
        if (size > nextRow.length) {
            nextRow = new int[size];
            order = Arrays.copyOf(order, size);
        }
        int count = 0;
        Device device = null;
        String name = "";
        for (int row = 0; row < size; row++) {
            String next = batch.device(row);
            if (device == null || !next.equals(name)) {
                name = next;
                device = devices.get(name);
                if (device == null) {
                    device = newDevice(batch.schema(), name);
                    devices.put(name, device);
                }
            }
            if (device.seenIn != batches) {
                device.seenIn = batches;
                device.firstRow = row;
                order[count++] = device;
            } else {
                nextRow[device.lastRow] = row;
            }
            device.lastRow = row;
            nextRow[row] = -1;
        }
        return count;
    }

    private Map<String, Device> devicesOf(StreamSchema schema) {
        var devices = schemas.get(schema);
        if (devices == null) {
            if (schemas.size() == SCHEMAS_CACHED) {
                schemas.clear();
            }
            devices = new HashMap<>();
            schemas.put(schema, devices);
        }
        return devices;
    }

    private Device newDevice(StreamSchema schema, String name) {
        var made = new Column[schema.fields().size()];
        for (int i = 0; i < made.length; i++) {
            Field field = schema.fields().get(i);
            var key = new SeriesKey("", schema.namespace(), name, field.name());
            var def = new SeriesDef(key, schema.stream(), field.type(), field.unit());
            made[i] = new Column(def, series.computeIfAbsent(key, k -> new Series()));
        }
        return new Device(made);
    }

    private boolean tells(Batch batch, Device device, int field) {
        for (int row = device.firstRow; row >= 0; row = nextRow[row]) {
            if (batch.has(row, field)) {
                return true;
            }
        }
        return false;
    }

    private void define(Column column, Segment segment, Output out) {
        var known = column.series;
        if (known.writtenIn == segment.first && column.def.equals(known.written)) {
            return;
        }
        known.writtenIn = segment.first;
        known.written = column.def;
        known.number = defined++;
        int begin = Frames.begin(out, Frames.SERIES);
        out.unsigned(known.number);
        column.def.write(out);
        Frames.end(out, begin);
    }

    private void encodeColumn(Batch batch, Device device, int field, long nowMicros, Output out) {
        var column = device.columns[field];
        var known = column.series;
        ValueType type = column.def.type();
        columns.clear(known.sequence + 1);
        for (int row = device.firstRow; row >= 0; row = nextRow[row]) {
            if (!batch.has(row, field)) {
                continue;
            }
            int i = columns.add();
            Quality quality = batch.quality(row, field);
            columns.times[i] = batch.time(row);
            columns.qualities[i] = (byte) quality.ordinal();
            if (quality != Quality.BAD) {
                switch (type) {
                    case FLOAT -> columns.numbers[i] = Double.doubleToRawLongBits(batch.asDouble(row, field));
                    case INTEGER, BOOLEAN -> columns.numbers[i] = batch.asLong(row, field);
                    case STRING -> columns.texts[i] = batch.asString(row, field);
                }
            }
        }
        if (columns.count == 0) {
            return;
        }
        known.sequence += columns.count;
        block.size = 0;
        block.unsigned(known.number);
        columns.write(block, type, nowMicros);
        out.unsigned(block.size);
        out.raw(block.bytes, 0, block.size);
    }
}
