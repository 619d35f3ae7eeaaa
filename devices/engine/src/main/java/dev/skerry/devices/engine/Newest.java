package dev.skerry.devices.engine;

import dev.skerry.data.Batch;
import dev.skerry.data.Field;
import dev.skerry.data.Quality;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The newest reading of each point of a line: the rows themselves, not copied. One thread puts, any may read. */
final class Newest {

    private final List<Field> fields;
    private final AtomicReferenceArray<@Nullable Batch> rows;

    Newest(DevicePlan plan) {
        fields = plan.schema().fields();
        rows = new AtomicReferenceArray<>(fields.size());
    }

    /** @param row a batch of one row */
    void put(Batch row) {
        for (int field = 0; field < fields.size(); field++) {
            if (row.has(0, field)) {
                rows.setRelease(field, row);
            }
        }
    }

    /** In the model's order; a point that was never read is left out. */
    List<PointValue> values() {
        var values = new ArrayList<PointValue>(fields.size());
        for (int field = 0; field < fields.size(); field++) {
            var row = rows.getAcquire(field);
            if (row != null) {
                values.add(value(row, field));
            }
        }
        return values;
    }

    private PointValue value(Batch row, int field) {
        var about = fields.get(field);
        var quality = row.quality(0, field);
        Object value = quality == Quality.BAD ? null : switch (about.type()) {
            case FLOAT -> (Object) row.asDouble(0, field);
            case INTEGER -> row.asLong(0, field);
            case BOOLEAN -> row.asLong(0, field) != 0;
            case STRING -> row.asString(0, field);
        };
        return new PointValue(about.name(), about.unit(), about.type(), value, quality, Instant.EPOCH.plus(row.time(0), ChronoUnit.MICROS));
    }
}
