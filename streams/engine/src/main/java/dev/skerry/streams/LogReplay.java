package dev.skerry.streams;

import dev.skerry.data.Batch;
import dev.skerry.data.LoggedRows;
import dev.skerry.data.Outbox;
import dev.skerry.data.StreamSchema;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Rows as the durable log has them. After a start many rules ask for nearly the same ones: what was read is kept for a while, within a
 * limit.
 */
final class LogReplay {

    private static final Logger LOG = System.getLogger(LogReplay.class.getName());
    private static final Duration SETTLE = Duration.ofSeconds(5);
    private static final long CELL = 1_024;
    private static final int MOST_ROWS = 200_000;

    private final Outbox log;
    private final LoggedRows rows = new LoggedRows();
    private final Map<Long, List<Batch>> cells = new LinkedHashMap<>();
    private int kept;

    LogReplay(Outbox log) {
        this.log = log;
    }

    String epoch() {
        return log.epoch();
    }

    /** The position behind the newest record that is durable. */
    long end() {
        return log.end();
    }

    /**
     * Gives each row of the streams from a position on, in the order of the log: all that was appended before the call. Rows come from
     * devices before a rule listens, and the log may hold them back for a second.
     */
    synchronized void read(List<StreamSchema> streams, long from, Consumer<Batch> to) throws IOException {
        settle();
        long end = log.end();
        for (long cell = Math.max(from, log.start()) / CELL; cell * CELL < end; cell++) {
            for (var batch : cell(cell, end)) {
                if (streams.stream().anyMatch(s -> s.stream().equals(batch.schema().stream()) && s.namespace().equals(batch.schema().namespace()))) {
                    to.accept(batch);
                }
            }
        }
    }

    private void settle() throws IOException {
        try {
            if (!log.settle(SETTLE)) {
                LOG.log(Level.WARNING, "rules: the log could not be written within {0} s; what it holds back is not counted again", SETTLE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private List<Batch> cell(long cell, long end) throws IOException {
        var known = cells.get(cell);
        if (known != null) {
            return known;
        }
        long until = (cell + 1) * CELL;
        var read = rows.read(log, new Outbox.Range(cell * CELL, Math.min(until, end)));
        if (until <= end) {
            cells.put(cell, read);
            kept += read.size();
            while (kept > MOST_ROWS && cells.size() > 1) {
                var oldest = cells.entrySet().iterator();
                kept -= oldest.next().getValue().size();
                oldest.remove();
            }
        }
        return read;
    }

    /** Lets go what was kept. */
    synchronized void forget() {
        cells.clear();
        kept = 0;
    }
}
