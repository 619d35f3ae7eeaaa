package dev.skerry.streams;

import dev.skerry.streams.sql.StateBytes;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The memory of one rule on disk: taken up when it begins, written when it has changed and it is time. Under the rule's lock. */
final class RuleMemory {

    /** The log bridges what came after a checkpoint: so it may be rare, and a flash lives longer. */
    static final long EVERY_MILLIS = 60_000;

    /** Batches that may have been on their way between log and rule when a checkpoint was made. */
    private static final long SLACK = 1_000;

    /** So long after a replay rows may come that it has given already: they waited for it to end. */
    private static final long OVERLAP_MILLIS = 10_000;

    private final Checkpoints checkpoints;
    private final String rule;
    private final StateMode mode;
    private final Marks marks = new Marks();
    private final Marks overlap = new Marks();
    private long overlapUntil;
    private volatile long next;
    private long turns;
    private byte[] written = {};
    private boolean settled;

    RuleMemory(Checkpoints checkpoints, String rule, StateMode mode, long now) {
        this.checkpoints = checkpoints;
        this.rule = rule;
        this.mode = mode;
        // Not all rules at once.
        next = now + EVERY_MILLIS / 2 + Math.floorMod(rule.hashCode(), EVERY_MILLIS / 2);
    }

    /** A row has been taken. */
    void saw(String device, long timeMicros) {
        if (mode == StateMode.EXACTLY_ONCE) {
            marks.saw(device, timeMicros);
        }
    }

    /** Takes up what an earlier life of the rule has left. Answers how it begins, for people. */
    String begin(Remembering run, long now) {
        var saved = checkpoints.read(rule);
        if (saved.isEmpty()) {
            // From here on the log can tell what came.
            save(run, now, false);
            return "begins anew";
        }
        var state = saved.get();
        if (!(state.get("state") instanceof Map<?, ?> kept) || !run.restore(texts(kept))) {
            save(run, now, false);
            return "begins anew: what was kept is of a rule with another window, other aggregates or other sources";
        }
        marks.restore(state.get("marks"));
        long at = state.get("at") instanceof Long t ? t : 0;
        var since = Instant.ofEpochMilli(at).toString();
        var log = checkpoints.log();
        if (mode == StateMode.AT_MOST_ONCE || Boolean.TRUE.equals(state.get("paused")) || log == null) {
            return "goes on from " + since;
        }
        if (!log.epoch().equals(state.get("epoch")) || !(state.get("position") instanceof Long position)) {
            return "goes on from " + since + "; what came since is not known: the log is another one";
        }
        try {
            return "goes on from " + since + " and " + replay(run, log, Math.max(0, position - SLACK), at, now) + " rows of the log";
        } catch (IOException e) {
            return "goes on from " + since + "; what came since is not known: " + e.getMessage();
        }
    }

    private long replay(Remembering run, LogReplay log, long from, long at, long now) throws IOException {
        boolean exactly = mode == StateMode.EXACTLY_ONCE;
        long[] clock = {at};
        long[] rows = {0};
        log.read(run.schemas(), from, batch -> {
            long time = batch.time(0);
            // A device that was not there yet is known from the checkpoint on.
            if (exactly ? time > marks.of(batch.device(0), at * 1_000 - 1) : time >= at * 1_000) {
                clock[0] = Math.max(clock[0], Math.min(now, time / 1_000));
                run.replay(batch, clock[0], exactly);
                rows[0]++;
            }
        });
        if (exactly) {
            overlapUntil = now + OVERLAP_MILLIS;
            overlap.restore(marks.save());
        }
        return rows[0];
    }

    /** Whether a row that comes was given by the replay already. */
    boolean replayed(String device, long timeMicros, long now) {
        if (overlapUntil == 0) {
            return false;
        }
        if (now > overlapUntil) {
            overlapUntil = 0;
            overlap.clear();
            return false;
        }
        return timeMicros <= overlap.of(device, Long.MIN_VALUE);
    }

    private static Map<String, Object> texts(Map<?, ?> map) {
        var all = new LinkedHashMap<String, Object>();
        map.forEach((k, v) -> all.put(String.valueOf(k), v));
        return all;
    }

    /** What was written last, in bytes. */
    int bytes() {
        return written.length;
    }

    boolean due(long now) {
        return now >= next;
    }

    /** Writes it if anything has changed since it was written last. */
    void save(Remembering run, long now, boolean paused) {
        next = now + EVERY_MILLIS;
        if (!paused && settled && turns == run.turns()) {
            return;
        }
        settled = turns == run.turns();
        turns = run.turns();
        var state = run.save();
        var body = StateBytes.write(state);
        if (!paused && Arrays.equals(body, written)) {
            return;
        }
        var whole = new LinkedHashMap<String, Object>();
        whole.put("at", now);
        whole.put("paused", paused);
        var log = checkpoints.log();
        if (log != null) {
            whole.put("epoch", log.epoch());
            whole.put("position", log.end());
        }
        whole.put("marks", marks.save());
        whole.put("state", state);
        if (checkpoints.write(rule, StateBytes.write(whole))) {
            written = body;
        }
    }
}
