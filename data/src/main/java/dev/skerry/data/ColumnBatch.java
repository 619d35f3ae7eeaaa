package dev.skerry.data;

/** A batch in arrays: one cell state and one value array a field. The arrays belong to it and are never written again. */
final class ColumnBatch implements Batch {

    static final byte ABSENT = 0;

    private static final Quality[] QUALITIES = Quality.values();

    private final StreamSchema schema;
    private final int size;
    private final String[] devices;
    private final long[] times;
    /** By field and row: 0 is absent, otherwise the quality's ordinal + 1. */
    private final byte[][] states;
    /** By field and row: a double's bits, an integer, or 0 and 1; empty for a field of texts, as are the texts of a number. */
    private final long[][] numbers;

    private final String[][] texts;
    private final boolean[] floats;

    ColumnBatch(
            StreamSchema schema,
            int size,
            String[] devices,
            long[] times,
            byte[][] states,
            long[][] numbers,
            String[][] texts,
            boolean[] floats) {
        this.schema = schema;
        this.size = size;
        this.devices = devices;
        this.times = times;
        this.states = states;
        this.numbers = numbers;
        this.texts = texts;
        this.floats = floats;
    }

    static byte stateOf(Quality quality) {
        return (byte) (quality.ordinal() + 1);
    }

    @Override
    public StreamSchema schema() {
        return schema;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String device(int row) {
        return devices[row];
    }

    @Override
    public long time(int row) {
        return times[row];
    }

    @Override
    public boolean has(int row, int field) {
        return states[field][row] != ABSENT;
    }

    @Override
    public Quality quality(int row, int field) {
        int state = states[field][row];
        return state == ABSENT ? Quality.BAD : QUALITIES[state - 1];
    }

    @Override
    public double asDouble(int row, int field) {
        long number = numbers[field][row];
        return floats[field] ? Double.longBitsToDouble(number) : number;
    }

    @Override
    public long asLong(int row, int field) {
        long number = numbers[field][row];
        return floats[field] ? (long) Double.longBitsToDouble(number) : number;
    }

    @Override
    public String asString(int row, int field) {
        return texts[field][row];
    }

    @Override
    public long sequence(int row, int field) {
        return 0;
    }
}
