package dev.skerry.data;

import java.util.Arrays;

/**
 * Collects rows and makes a {@link Batch} of them. {@link #row} begins a row; the puts that follow belong to it; what is
 * not put is absent. Used by one thread; after {@link #build} it begins anew with the same schema.
 */
public final class BatchBuilder {

    private static final int FIRST_ROWS = 16;

    private final StreamSchema schema;
    private final ValueType[] types;
    private final boolean[] floats;
    private int size;
    private String[] devices;
    private long[] times;
    private byte[][] states;
    private long[][] numbers;
    private String[][] texts;

    public BatchBuilder(StreamSchema schema) {
        this(schema, FIRST_ROWS);
    }

    /** @param rows so many are expected */
    BatchBuilder(StreamSchema schema, int rows) {
        this.schema = schema;
        int fields = schema.fields().size();
        types = new ValueType[fields];
        floats = new boolean[fields];
        for (int i = 0; i < fields; i++) {
            types[i] = schema.fields().get(i).type();
            floats[i] = types[i] == ValueType.FLOAT;
        }
        devices = new String[rows];
        times = new long[rows];
        states = new byte[fields][rows];
        numbers = new long[fields][];
        texts = new String[fields][];
        allocate(rows);
    }

    /** Rows begun so far. */
    public int size() {
        return size;
    }

    /** Begins the next row. {@code timeMicros} counts from the epoch. */
    public BatchBuilder row(String device, long timeMicros) {
        if (size == devices.length) {
            grow();
        }
        devices[size] = device;
        times[size] = timeMicros;
        size++;
        return this;
    }

    /** Puts a FLOAT's value. */
    public BatchBuilder put(int field, double value) {
        if (types[field] != ValueType.FLOAT) {
            throw mismatch(field, value);
        }
        return number(field, Double.doubleToRawLongBits(value));
    }

    /** Puts an INTEGER's value; a FLOAT's too, widened. */
    public BatchBuilder put(int field, long value) {
        return switch (types[field]) {
            case INTEGER -> number(field, value);
            case FLOAT -> number(field, Double.doubleToRawLongBits((double) value));
            case BOOLEAN, STRING -> throw mismatch(field, value);
        };
    }

    /** Puts a BOOLEAN's value. */
    public BatchBuilder put(int field, boolean value) {
        if (types[field] != ValueType.BOOLEAN) {
            throw mismatch(field, value);
        }
        return number(field, value ? 1 : 0);
    }

    /** Puts a STRING's value. */
    public BatchBuilder put(int field, String value) {
        if (types[field] != ValueType.STRING) {
            throw mismatch(field, value);
        }
        texts[field][last()] = value;
        states[field][last()] = ColumnBatch.stateOf(Quality.GOOD);
        return this;
    }

    /** Says that the field was asked for and could not be read. */
    public BatchBuilder bad(int field) {
        states[field][last()] = ColumnBatch.stateOf(Quality.BAD);
        return this;
    }

    /** Sets the quality of a value that was put into this row. */
    public BatchBuilder quality(int field, Quality quality) {
        if (states[field][last()] == ColumnBatch.ABSENT && quality != Quality.BAD) {
            throw new IllegalStateException(name(field) + ": absent (expected: a value put before its quality)");
        }
        states[field][last()] = ColumnBatch.stateOf(quality);
        return this;
    }

    /** The rows so far, at least one. */
    public Batch build() {
        if (size == 0) {
            throw new IllegalStateException("rows: 0 (expected: at least one)");
        }
        var batch = new ColumnBatch(schema, size, devices, times, states, numbers, texts, floats);
        int rows = size == 1 ? 1 : Math.max(FIRST_ROWS, size);
        size = 0;
        devices = new String[rows];
        times = new long[rows];
        states = new byte[types.length][rows];
        numbers = new long[types.length][];
        texts = new String[types.length][];
        allocate(rows);
        return batch;
    }

    private BatchBuilder number(int field, long bits) {
        int row = last();
        numbers[field][row] = bits;
        states[field][row] = ColumnBatch.stateOf(Quality.GOOD);
        return this;
    }

    private int last() {
        if (size == 0) {
            throw new IllegalStateException("row: none (expected: row() before the first put)");
        }
        return size - 1;
    }

    private void allocate(int rows) {
        for (int i = 0; i < types.length; i++) {
            boolean text = types[i] == ValueType.STRING;
            texts[i] = new String[text ? rows : 0];
            numbers[i] = new long[text ? 0 : rows];
            Arrays.fill(texts[i], "");
        }
    }

    private void grow() {
        int rows = size * 2;
        devices = Arrays.copyOf(devices, rows);
        times = Arrays.copyOf(times, rows);
        for (int i = 0; i < types.length; i++) {
            states[i] = Arrays.copyOf(states[i], rows);
            if (types[i] == ValueType.STRING) {
                texts[i] = Arrays.copyOf(texts[i], rows);
                Arrays.fill(texts[i], size, rows, "");
            } else {
                numbers[i] = Arrays.copyOf(numbers[i], rows);
            }
        }
    }

    private String name(int field) {
        return schema.stream() + "." + schema.fields().get(field).name();
    }

    private IllegalArgumentException mismatch(int field, Object value) {
        return new IllegalArgumentException(name(field) + ": " + value + " (expected: " + types[field] + ")");
    }
}
