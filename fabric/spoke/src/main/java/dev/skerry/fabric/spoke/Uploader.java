package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The child's end of the data channel: brings all of the durable log to the parent, what is new before what waited. Begins
 * with what the parent says it holds, so a cut at any point loses nothing, and what arrives twice the parent drops. Tries
 * for ever, with growing pauses. Needs a {@link #channel} to do anything. Safe for many threads.
 */
public final class Uploader implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Uploader.class.getName());
    private static final Duration CLOSING = Duration.ofSeconds(8);

    private final UploaderConfig config;
    private final UploadProgress progress;
    private final UploadRefusals refusals = new UploadRefusals();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private @Nullable DataChannel channel;
    private boolean closed;

    /** Failures since the parent last took something; of the uploader's thread. */
    private int tries;

    private Uploader(UploaderConfig config) {
        this.config = config;
        progress = new UploadProgress(config.outbox(), config.clock(), config.notices());
        thread = Thread.ofVirtual().name("uploader").unstarted(this::run);
    }

    /** Starts without a channel. */
    public static Uploader start(UploaderConfig config) {
        var uploader = new Uploader(config);
        uploader.thread.start();
        return uploader;
    }

    /**
     * Uploads by this channel from now on. Another one (a renewed certificate, another port) replaces a line that is up, once
     * what is on the way has been answered; the same one again changes nothing.
     */
    public void channel(DataChannel to) {
        change(to);
    }

    /** Ends the line and dials no more until there is a channel again. */
    public void noChannel() {
        change(null);
    }

    private void change(@Nullable DataChannel to) {
        lock.lock();
        try {
            channel = to;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public UploaderState state() {
        return progress.state();
    }

    /** Waits a few seconds for the last answers, keeps them with the log, and ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
                thread.join(CLOSING);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            for (var to = awaitChannel(); to.isPresent(); to = awaitChannel()) {
                upload(to.get());
            }
        } catch (InterruptedException e) {
            progress.disconnected("");
            Thread.currentThread().interrupt();
        }
    }

    /** Empty once closed. */
    private Optional<DataChannel> awaitChannel() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (channel == null && !closed) {
                changed.await();
            }
            return closed ? Optional.empty() : Optional.ofNullable(channel);
        } finally {
            lock.unlock();
        }
    }

    private boolean wanted(DataChannel to) {
        lock.lock();
        try {
            return !closed && to.equals(channel);
        } finally {
            lock.unlock();
        }
    }

    /** One line, from the dialling to its end, and the pause behind it if it failed. */
    private void upload(DataChannel to) throws InterruptedException {
        try (var line = DataLine.dial(to, config.clock())) {
            var session = new UploadSession(line, config, progress, refusals, () -> wanted(to));
            try {
                session.run();
                progress.disconnected("");
                LOG.log(INFO, "readings: disconnected from {0}", to);
                tries = 0;
                return;
            } catch (DataLineException e) {
                tries = session.progressed() ? 0 : tries;
                leaveOut(e, session);
                failed(to, e.getMessage());
            }
        } catch (RuntimeException e) {
            // An impossible key, or a mistake of ours: the way up must not end for it.
            LOG.log(ERROR, "readings: upload to " + to + " failed", e);
            failed(to, e.toString());
        }
        pause(to);
    }

    private void leaveOut(DataLineException end, UploadSession session) {
        if (end.refusal()) {
            session.oldest().flatMap(refusals::refused).ifPresent(r -> progress.tell(
                    "readings: record " + r.from() + " is refused by the parent: " + end.getMessage() + "; it stays here and is not sent"));
        }
    }

    private void failed(DataChannel to, @Nullable String why) {
        String text = why == null ? "failed" : why;
        boolean repeated = text.equals(progress.state().error());
        progress.disconnected(text);
        LOG.log(repeated ? System.Logger.Level.DEBUG : WARNING, "readings: {0}: {1} (try {2})", to, text, tries + 1);
    }

    /** Half of it is chance, so that the sites of a parent that comes back do not come all at once. */
    private void pause(DataChannel to) throws InterruptedException {
        long longest = config.longestRetry().toNanos();
        long pause = Math.min(longest, config.firstRetry().toNanos() << Math.min(tries++, 20));
        long left = pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        lock.lockInterruptibly();
        try {
            while (!closed && to.equals(channel) && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
