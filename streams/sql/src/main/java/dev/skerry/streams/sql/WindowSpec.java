package dev.skerry.streams.sql;

import java.time.ZoneId;
import java.util.function.Predicate;

/**
 * A window with its lengths in milliseconds.
 *
 * @param every how often it ends, in units: what its ends are aligned by
 * @param triggers whether a row triggers a sliding window
 */
record WindowSpec(
        Tree.Window.Kind kind, String unit, long every, long length, long interval, long delay, boolean sendTwice, boolean asEkuiper, ZoneId zone,
        Predicate<Row.Tuple> triggers) {

    static WindowSpec of(Tree.Window w, RuleOptions options, Predicate<Row.Tuple> triggers) {
        boolean counts = w.kind() == Tree.Window.Kind.COUNT;
        long unit = counts ? 1 : Alignment.millis(w.unit());
        long every = w.kind() == Tree.Window.Kind.HOPPING ? w.interval() : w.length();
        long delay = w.delay() * unit;
        return new WindowSpec(w.kind(), w.unit(), every, w.length() * unit, w.interval() * unit, delay,
                options.sendTwice() && w.kind() == Tree.Window.Kind.SLIDING && delay > 0, options.asEkuiper(), options.zone(), triggers);
    }

    boolean overlaps() {
        return kind == Tree.Window.Kind.HOPPING || kind == Tree.Window.Kind.SLIDING;
    }

    /** Whether the row at the very end belongs to the next window. */
    boolean endsBefore() {
        return kind != Tree.Window.Kind.COUNT && (kind != Tree.Window.Kind.SLIDING || delay > 0);
    }

    long firstEnd(long now) {
        return Alignment.firstEnd(unit, every, now, zone, asEkuiper);
    }
}
