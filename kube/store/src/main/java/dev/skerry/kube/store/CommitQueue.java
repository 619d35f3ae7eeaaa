package dev.skerry.kube.store;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.Entry;
import dev.skerry.kube.store.ObjectStore.ValueAt;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The one writer: takes what waits, up to 256 changes, into one transaction, and answers all callers after its commit. */
final class CommitQueue implements AutoCloseable {

    private static final int MAX_WAITING = 4_096;
    private static final int MAX_GROUP = 256;

    private final Connections connections;
    private final ChangeFeed feed;
    private final BlockingQueue<Job> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread thread;
    private volatile boolean closed;
    private long revision;

    /** @param expected the revision that the key must have; 0: it must not exist */
    record Write(String key, long expected, ValueAt value, Change.Type type) {}

    private sealed interface Job {}

    private record Changing(Write write, CompletableFuture<Optional<Entry>> done) implements Job {}

    private record Compacting(long upTo, CompletableFuture<Boolean> done) implements Job {}

    private CommitQueue(Connections connections, ChangeFeed feed) {
        this.connections = connections;
        this.feed = feed;
        this.revision = feed.revision();
        // A platform thread: SQLite's native calls would pin a virtual one for the length of a sync.
        this.thread = Thread.ofPlatform().name("store-writer").daemon().unstarted(this::run);
    }

    static CommitQueue start(Connections connections, ChangeFeed feed) {
        var queue = new CommitQueue(connections, feed);
        queue.thread.start();
        return queue;
    }

    Optional<Entry> submit(Write write) {
        var done = new CompletableFuture<Optional<Entry>>();
        put(new Changing(write, done));
        return await(done);
    }

    void compact(long upTo) {
        var done = new CompletableFuture<Boolean>();
        put(new Compacting(upTo, done));
        await(done);
    }

    private void put(Job job) {
        try {
            if (closed || !waiting.offer(job, SqliteStore.COMMIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoreException(closed ? "the store is closed" : "the store is too busy: " + MAX_WAITING + " changes wait", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted before the change was taken", e);
        }
    }

    private static <T> T await(CompletableFuture<T> done) {
        try {
            return done.get(SqliteStore.COMMIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException known ? known : new StoreException("the change failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new StoreException("no commit in " + SqliteStore.COMMIT_TIMEOUT.toSeconds() + "s; the change may still come", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted; the change may still come", e);
        }
    }

    private void run() {
        var group = new ArrayList<Job>(MAX_GROUP);
        while (!closed || !waiting.isEmpty()) {
            try {
                var first = waiting.poll(200, TimeUnit.MILLISECONDS);
                if (first != null) {
                    group.add(first);
                    waiting.drainTo(group, MAX_GROUP - 1);
                    commit(group);
                }
            } catch (InterruptedException e) {
                closed = true;
            } finally {
                group.clear();
            }
        }
        for (var job = waiting.poll(); job != null; job = waiting.poll()) {
            fail(job, new StoreException("the store is closed", null));
        }
    }

    private void commit(List<Job> group) {
        var connection = connections.writing();
        var changes = new ArrayList<Change>();
        var answers = new ArrayList<Runnable>();
        var before = revision;
        try {
            for (var job : group) {
                switch (job) {
                    case Changing(var write, var done) -> {
                        var changed = apply(connection, write);
                        changed.ifPresent(changes::add);
                        answers.add(() -> done.complete(changed.map(Change::entry)));
                    }
                    case Compacting(var upTo, var done) -> {
                        thin(connection, upTo);
                        answers.add(() -> {
                            feed.compacted(upTo);
                            done.complete(true);
                        });
                    }
                }
            }
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            revision = before;
            rollback(connection);
            var failure = e instanceof SQLException sql ? Connections.failure(sql) : new StoreException("the change failed: " + e.getMessage(), e);
            if (group.size() > 1 && !(failure instanceof StoreException.Full)) {
                // One caller's fault must not fail its neighbours: each by itself.
                group.forEach(job -> commit(List.of(job)));
            } else {
                group.forEach(job -> fail(job, failure));
            }
            return;
        }
        // Watchers first, so that a caller who has its answer finds the change in every watch.
        feed.publish(changes, revision);
        answers.forEach(Runnable::run);
    }

    private static void fail(Job job, StoreException failure) {
        switch (job) {
            case Changing(var write, var done) -> done.completeExceptionally(failure);
            case Compacting(var upTo, var done) -> done.completeExceptionally(failure);
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            System.getLogger(CommitQueue.class.getName()).log(System.Logger.Level.ERROR, "store: rollback failed: " + e.getMessage());
        }
    }

    private Optional<Change> apply(Connection connection, Write write) throws SQLException {
        var present = Rows.newest(connection, write.key());
        if (present.map(Entry::revision).orElse(0L) != write.expected()) {
            return Optional.empty();
        }
        var next = revision + 1;
        var created = present.map(Entry::created).orElse(next);
        var value = write.value().at(next);
        var deleted = write.type() == Change.Type.DELETED;
        if (present.isPresent()) {
            try (var update = connection.prepareStatement("UPDATE state SET newest = 0 WHERE revision = ?")) {
                update.setLong(1, present.get().revision());
                update.executeUpdate();
            }
        }
        try (var insert = connection.prepareStatement("INSERT INTO state (revision, key, created, previous, deleted, newest, value) VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, next);
            insert.setString(2, write.key());
            insert.setLong(3, created);
            insert.setLong(4, write.expected());
            insert.setInt(5, deleted ? 1 : 0);
            insert.setInt(6, deleted ? 0 : 1);
            insert.setBytes(7, value);
            insert.executeUpdate();
        }
        revision = next;
        return Optional.of(new Change(write.type(), new Entry(write.key(), value, created, next), present));
    }

    private void thin(Connection connection, long upTo) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM state WHERE revision <= ? AND newest = 0 AND NOT EXISTS"
                + " (SELECT 1 FROM state later WHERE later.key = state.key AND later.revision > ? AND later.previous = state.revision AND state.deleted = 0)")) {
            delete.setLong(1, upTo);
            delete.setLong(2, upTo);
            delete.executeUpdate();
        }
        try (var note = connection.prepareStatement("UPDATE meta SET value = max(value, CASE name WHEN 'compacted' THEN ? ELSE ? END)")) {
            note.setLong(1, upTo);
            note.setLong(2, revision);
            note.executeUpdate();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(SqliteStore.COMMIT_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
