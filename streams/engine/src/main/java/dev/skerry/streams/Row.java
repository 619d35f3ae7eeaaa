package dev.skerry.streams;

import dev.skerry.data.Batch;
import dev.skerry.data.Quality;
import dev.skerry.data.StreamSchema;
import org.jspecify.annotations.Nullable;

/** The cursor that expressions read through: a row of a batch, or a closed group. One a rule, moved from row to row. */
final class Row {

    private final StreamSchema planned;
    private final int[] fieldOf;
    private @Nullable StreamSchema seen;
    private @Nullable Batch batch;
    private int row;

    /** Whether the expression just evaluated had no value; see {@link Expr}. */
    boolean missing;

    /** The accumulators of the group at hand; empty while rows are filtered. */
    Accumulator[] group = {};

    long windowStart;
    long windowEnd;

    Row(StreamSchema planned) {
        this.planned = planned;
        fieldOf = new int[planned.fields().size()];
    }

    /** Turns to a batch. Its schema may be a newer one: fields are found by name, and one of another type is absent. */
    void turnTo(Batch next) {
        batch = next;
        row = 0;
        var schema = next.schema();
        if (schema == seen) {
            return;
        }
        for (int i = 0; i < fieldOf.length; i++) {
            var field = planned.fields().get(i);
            int at = schema.indexOf(field.name());
            fieldOf[i] = at >= 0 && schema.fields().get(at).type() == field.type() ? at : -1;
        }
        seen = schema;
    }

    void moveTo(int next) {
        row = next;
        missing = false;
    }

    Batch batch() {
        if (batch == null) {
            throw new IllegalStateException("row: none (expected: turnTo before reading)");
        }
        return batch;
    }

    int index() {
        return row;
    }

    /** Where the field stands in the batch, or -1 after setting {@link #missing} if it has no value. */
    private int find(int field) {
        int at = fieldOf[field];
        var from = batch();
        if (at < 0 || !from.has(row, at) || from.quality(row, at) == Quality.BAD) {
            missing = true;
            return -1;
        }
        return at;
    }

    double asDouble(int field) {
        int at = find(field);
        return at < 0 ? 0 : batch().asDouble(row, at);
    }

    long asLong(int field) {
        int at = find(field);
        return at < 0 ? 0 : batch().asLong(row, at);
    }

    boolean asBoolean(int field) {
        int at = find(field);
        return at >= 0 && batch().asLong(row, at) != 0;
    }

    @Nullable String asString(int field) {
        int at = find(field);
        missing = false;
        return at < 0 ? null : batch().asString(row, at);
    }

    String device() {
        return batch().device(row);
    }

    long time() {
        return batch().time(row);
    }

    /** Whether a null was met since the last time; clears it. */
    boolean takeMissing() {
        boolean was = missing;
        missing = false;
        return was;
    }
}
