package dev.skerry.kube.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The store on one SQLite file: write-ahead log, every commit synced. Changes of many callers go into one transaction
 * (group commit) by a single writer thread; readers have connections of their own and never wait for it. Each state of a
 * key is a row numbered by its revision, so the table is history and present at once; {@link #compact} thins it out.
 */
public final class SqliteStore implements ObjectStore {

    private final Connections connections;
    private final ChangeFeed feed;
    private final CommitQueue writer;

    private SqliteStore(Connections connections, ChangeFeed feed, CommitQueue writer) {
        this.connections = connections;
        this.feed = feed;
        this.writer = writer;
    }

    /**
     * Opens the file, or makes it with its folders.
     *
     * @throws IOException if it cannot be opened, or SQLite finds it damaged
     */
    public static SqliteStore open(Path file) throws IOException {
        try {
            var folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            var connections = Connections.open(file);
            var feed = new ChangeFeed(connections.revision(), connections.compacted());
            return new SqliteStore(connections, feed, CommitQueue.start(connections, feed));
        } catch (SQLException e) {
            throw new IOException(file + ": " + e.getMessage() + " (expected: a store of Skerry; restore a backup, or move the file away to begin anew)", e);
        }
    }

    @Override
    public long revision() {
        return feed.revision();
    }

    @Override
    public Optional<Entry> get(String key) {
        return connections.read(c -> Rows.newest(c, key));
    }

    @Override
    public Optional<Entry> create(String key, ValueAt value) {
        return writer.submit(new CommitQueue.Write(key, 0, value, Change.Type.CREATED));
    }

    @Override
    public Optional<Entry> update(String key, long expected, ValueAt value) {
        return writer.submit(new CommitQueue.Write(key, expected, value, Change.Type.UPDATED));
    }

    @Override
    public Optional<Entry> delete(String key, long expected, ValueAt lastState) {
        return writer.submit(new CommitQueue.Write(key, expected, lastState, Change.Type.DELETED));
    }

    @Override
    public Page list(String prefix, String after, int limit, long atRevision) throws CompactedException {
        var page = connections.read(c -> {
            var newest = Connections.number(c, "SELECT coalesce(max(revision), 1) FROM state");
            var oldest = Connections.number(c, "SELECT value FROM meta WHERE name = 'compacted'");
            // The feed's revision is never behind what the transaction sees, but may be ahead of it by a commit.
            var at = atRevision == 0 ? Math.max(newest, oldest) : atRevision;
            return at < oldest ? new TooOld(oldest) : Rows.page(c, prefix, after, limit, at);
        });
        return switch (page) {
            case TooOld(var oldest) -> throw new CompactedException(atRevision, oldest);
            case Rows.Found(var found) -> found;
        };
    }

    /** What a list comes to. */
    sealed interface Listed permits TooOld, Rows.Found {}

    record TooOld(long oldest) implements Listed {}

    @Override
    public long count(String prefix) {
        return connections.read(c -> Rows.count(c, prefix, Long.MAX_VALUE));
    }

    @Override
    public Watcher watch(String prefix, long afterRevision) throws CompactedException {
        return feed.watch(prefix, afterRevision, this::past);
    }

    /** Changes in {@code (after, upTo]} from the table, for watchers that the feed's memory no longer covers. */
    private List<Change> past(String prefix, long after, long upTo) {
        return connections.read(c -> Rows.changes(c, prefix, after, upTo));
    }

    @Override
    public void compact(long revision) {
        writer.compact(Math.min(revision, revision()));
    }

    @Override
    public void close() {
        writer.close();
        feed.close();
        connections.close();
    }

    /** SQL that looks, on a reader's connection. */
    interface Reading<T> {
        T on(Connection connection) throws SQLException;
    }

    /** How long a caller waits for the writer before it gives up. */
    static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(30);
}
