package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.data.Outbox;
import dev.skerry.data.Outbox.Received;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** How far the parent has come: kept with the log, counted, and told to people. Changed by one thread, asked by any. */
final class UploadProgress {

    private static final System.Logger LOG = System.getLogger(Uploader.class.getName());

    /** The parent says it at each hello, so what is kept may lag; each time costs the disk a few blocks. */
    private static final long KEEP_EVERY = Duration.ofSeconds(10).toNanos();

    /** History goes file by file: tell of it now and then. */
    private static final long TELL_EVERY = Duration.ofMinutes(1).toNanos();

    private final Outbox outbox;
    private final InstantSource clock;
    private final Consumer<String> notices;

    /** Guards what people ask for. */
    private final ReentrantLock lock = new ReentrantLock();

    private Received received;
    private boolean connected;
    private Instant since;
    private long readings;
    private String error = "";

    private long keptAt = System.nanoTime() - KEEP_EVERY;
    private long toldAt = System.nanoTime() - TELL_EVERY;
    private long toldLost;

    UploadProgress(Outbox outbox, InstantSource clock, Consumer<String> notices) {
        this.outbox = outbox;
        this.clock = clock;
        this.notices = notices;
        received = outbox.acknowledged();
        since = clock.instant();
    }

    /** What people must hear. */
    void tell(String notice) {
        LOG.log(WARNING, notice);
        notices.accept(notice);
    }

    void connected(Received held) {
        lock.lock();
        try {
            received = held;
            connected = true;
            since = clock.instant();
        } finally {
            lock.unlock();
        }
        tellOfLosses();
    }

    void answered(Received held, int more) {
        lock.lock();
        try {
            received = held;
            readings += more;
            error = "";
        } finally {
            lock.unlock();
        }
        if (System.nanoTime() - keptAt >= KEEP_EVERY) {
            keep();
        }
    }

    /** @param why empty if it was wanted */
    void disconnected(String why) {
        lock.lock();
        try {
            if (connected) {
                connected = false;
                since = clock.instant();
            }
            error = why;
        } finally {
            lock.unlock();
        }
        keep();
        tellOfLosses();
    }

    /** Does what is due; to be called now and then. */
    void tick() {
        if (System.nanoTime() - keptAt >= KEEP_EVERY) {
            keep();
            tellOfLosses();
        }
    }

    private void keep() {
        keptAt = System.nanoTime();
        try {
            if (received.epoch().equals(outbox.epoch()) && !received.equals(outbox.acknowledged())) {
                outbox.acknowledge(received);
            }
        } catch (IOException e) {
            // The parent says it again at the next hello.
            LOG.log(WARNING, "readings: cannot keep what the parent acknowledged: {0}", e.getMessage());
        }
    }

    private void tellOfLosses() {
        long start = outbox.start();
        long lost = received.missing(0, start);
        if (lost > toldLost && System.nanoTime() - toldAt >= TELL_EVERY) {
            long more = lost - toldLost;
            toldAt = System.nanoTime();
            toldLost = lost;
            tell("readings: history dropped " + more + " records before the parent had them (kept from position " + start + ")");
        }
    }

    UploaderState state() {
        lock.lock();
        try {
            long start = outbox.start();
            return new UploaderState(
                    connected, since, received.missing(start, outbox.end()), received.missing(0, start), readings, error);
        } finally {
            lock.unlock();
        }
    }
}
