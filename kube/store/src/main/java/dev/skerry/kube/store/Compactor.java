package dev.skerry.kube.store;

import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;

/**
 * Keeps the history short: every change of the last five minutes stays, of what is older nothing but the present once a
 * thousand changes or 16 MiB have come together. An idle store is left alone.
 */
final class Compactor implements AutoCloseable {

    static final Duration KEPT = Duration.ofMinutes(5);
    static final long WORTH_CHANGES = 1_000;
    static final long WORTH_BYTES = 16L << 20;

    private static final Duration LOOK = Duration.ofSeconds(30);

    private final ChangeFeed feed;
    private final LongConsumer compact;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Thread thread;
    private Sample last;

    /** How far the store was at a moment. */
    record Sample(long nanos, long revision, long bytes) {}

    private Compactor(ChangeFeed feed, LongConsumer compact) {
        this.feed = feed;
        this.compact = compact;
        this.last = new Sample(System.nanoTime(), 0, 0);
        this.thread = Thread.ofVirtual().name("store-compactor").unstarted(this::run);
    }

    static Compactor start(ChangeFeed feed, LongConsumer compact) {
        var compactor = new Compactor(feed, compact);
        compactor.thread.start();
        return compactor;
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look(System.nanoTime());
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            // Closed.
            Thread.currentThread().interrupt();
        }
    }

    /** Package-private for its test. */
    void look(long now) {
        samples.add(new Sample(now, feed.revision(), feed.bytes()));
        while (samples.size() > 1 && now - samples.peek().nanos() >= KEPT.toNanos()) {
            var old = samples.remove();
            if (old.revision() - last.revision() < WORTH_CHANGES && old.bytes() - last.bytes() < WORTH_BYTES) {
                continue;
            }
            try {
                compact.accept(old.revision());
                last = old;
            } catch (StoreException e) {
                System.getLogger(Compactor.class.getName()).log(WARNING, "store: not compacted: " + e.getMessage() + " (trying again)");
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CommitQueue.COMMIT_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
