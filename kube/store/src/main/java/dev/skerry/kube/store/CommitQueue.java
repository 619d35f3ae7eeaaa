package dev.skerry.kube.store;

import dev.skerry.kube.store.Ledger.Write;
import dev.skerry.kube.store.ObjectStore.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The one writer of a process: takes what waits, up to 256 changes, into one transaction, and answers all callers after its commit. */
final class CommitQueue implements AutoCloseable {

    /** How long a caller waits for the writer before it gives up. */
    static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(30);

    private static final int MAX_WAITING = 4_096;
    private static final int MAX_GROUP = 256;
    private static final int THIN_AT_ONCE = 1_000;

    private final Ledger ledger;
    private final BlockingQueue<Job> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread thread;
    private volatile boolean closed;

    private sealed interface Job {}

    private record Changing(Write write, CompletableFuture<Optional<Entry>> done) implements Job {}

    private record Thinning(long upTo, CompletableFuture<Boolean> done) implements Job {}

    private CommitQueue(Ledger ledger) {
        this.ledger = ledger;
        // A platform thread: SQLite's native calls would pin a virtual one for the length of a sync.
        this.thread = Thread.ofPlatform().name("store-writer").daemon().unstarted(this::run);
    }

    static CommitQueue start(Ledger ledger) {
        var queue = new CommitQueue(ledger);
        queue.thread.start();
        return queue;
    }

    Optional<Entry> submit(Write write) {
        var done = new CompletableFuture<Optional<Entry>>();
        put(new Changing(write, done));
        return await(done);
    }

    /** In small steps, between which changes get their turn. */
    void thin(long upTo) {
        var more = true;
        while (more) {
            var done = new CompletableFuture<Boolean>();
            put(new Thinning(upTo, done));
            more = await(done);
        }
    }

    private void put(Job job) {
        try {
            if (closed || !waiting.offer(job, COMMIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoreException(closed ? "the store is closed" : "the store is too busy: " + MAX_WAITING + " changes wait", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted before the change was taken", e);
        }
    }

    private static <T> T await(CompletableFuture<T> done) {
        try {
            return done.get(COMMIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException known ? known : new StoreException("the change failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new StoreException.Unknown("no commit in " + COMMIT_TIMEOUT.toSeconds() + "s; the change may still come", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException.Unknown("interrupted; the change may still come", e);
        }
    }

    private void run() {
        var changes = new ArrayList<Changing>(MAX_GROUP);
        while (!closed || !waiting.isEmpty()) {
            try {
                var job = waiting.poll(200, TimeUnit.MILLISECONDS);
                while (job instanceof Changing change) {
                    changes.add(change);
                    job = changes.size() < MAX_GROUP ? waiting.poll() : null;
                }
                if (!changes.isEmpty()) {
                    commit(changes);
                }
                if (job instanceof Thinning thinning) {
                    thin(thinning);
                }
            } catch (InterruptedException e) {
                closed = true;
            } finally {
                changes.clear();
            }
        }
        for (var job = waiting.poll(); job != null; job = waiting.poll()) {
            var failure = new StoreException("the store is closed", null);
            switch (job) {
                case Changing(var write, var done) -> done.completeExceptionally(failure);
                case Thinning(var upTo, var done) -> done.completeExceptionally(failure);
            }
        }
    }

    private void commit(List<Changing> group) {
        List<Optional<Entry>> answers;
        try {
            answers = ledger.commit(group.stream().map(Changing::write).toList());
        } catch (StoreException.Unknown | StoreException.Full | StoreException.Unavailable e) {
            group.forEach(change -> change.done().completeExceptionally(e));
            return;
        } catch (RuntimeException e) {
            if (group.size() > 1) {
                // One caller's fault must not fail its neighbours: each by itself.
                group.forEach(change -> commit(List.of(change)));
            } else {
                group.getFirst().done().completeExceptionally(e);
            }
            return;
        }
        for (int i = 0; i < answers.size(); i++) {
            group.get(i).done().complete(answers.get(i));
        }
    }

    private void thin(Thinning job) {
        try {
            job.done().complete(ledger.thin(job.upTo(), THIN_AT_ONCE));
        } catch (RuntimeException e) {
            job.done().completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(COMMIT_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
