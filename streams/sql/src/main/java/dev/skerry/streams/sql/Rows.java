package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a window or a join gives at once: rows, perhaps in groups. */
final class Rows {

    /** Rows, or the groups once there are any. */
    List<Row> rows;
    final Row.@Nullable Range range;
    boolean grouped;
    /** The groups are what a window has aggregated already. */
    boolean finished;
    private Row.@Nullable Group whole;

    Rows(List<? extends Row> rows, Row.@Nullable Range range) {
        this.rows = new ArrayList<>(rows);
        this.range = range;
    }

    static Rows grouped(List<Row.Group> groups, Row.@Nullable Range range) {
        var made = new Rows(groups, range);
        made.grouped = true;
        return made;
    }

    /** What an aggregate looks at: the groups, or all rows as one. */
    List<Row.Group> groups() {
        if (grouped) {
            var groups = new ArrayList<Row.Group>();
            rows.forEach(r -> groups.add((Row.Group) r));
            return groups;
        }
        if (whole == null) {
            whole = new Row.Group(rows, range);
        }
        return List.of(whole);
    }

    /** Keeps these alone. */
    void keep(List<Row> kept) {
        rows = kept;
        whole = null;
    }

    /** Works on copies from now on. */
    void copyRows() {
        rows.replaceAll(Row::copy);
        whole = null;
    }

    List<Row> of(String emitter) {
        return rows.stream().filter(r -> r instanceof Row.Tuple t && t.emitter.equals(emitter)).toList();
    }

}
