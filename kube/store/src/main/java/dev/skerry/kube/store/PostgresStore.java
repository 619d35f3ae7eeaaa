package dev.skerry.kube.store;

import dev.skerry.kube.store.ChangeFeed.Stretch;
import dev.skerry.kube.store.Ledger.Write;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The store in a PostgreSQL database, which several replicas share. Every read asks the database, so it shows what any replica
 * has acknowledged; watches follow within moments. While the database is away calls fail with {@link StoreException.Unavailable}
 * and watches wait.
 */
public final class PostgresStore implements ObjectStore {

    private final PostgresConnections connections;
    private final ChangeFeed feed;
    private final PostgresFollower follower;
    private final PostgresLedger ledger;
    private final CommitQueue writer;
    private final Compactor compactor;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PostgresStore(PostgresConnections connections, ChangeFeed feed) {
        this.connections = connections;
        this.feed = feed;
        this.follower = new PostgresFollower(connections, feed);
        this.ledger = new PostgresLedger(connections, follower);
        this.writer = CommitQueue.start(ledger);
        this.compactor = Compactor.start(feed, this::compact);
        follower.start();
    }

    /**
     * Connects, and makes the tables if they are missing.
     *
     * @throws IOException if the database does not answer, or refuses us
     */
    public static PostgresStore open(PostgresSettings settings) throws IOException {
        var connections = new PostgresConnections(settings);
        try (var session = connections.connect()) {
            PostgresSchema.make(session, settings.schema());
            return new PostgresStore(connections, new ChangeFeed(session.number(PostgresConnections.REVISION), session.number(Rows.COMPACTED)));
        } catch (SQLException e) {
            connections.close();
            throw new IOException("api.store.postgresql: " + settings + ": " + e.getMessage()
                    + " (expected: a PostgreSQL database with encoding UTF8 in which this user may make the schema " + settings.schema() + ")", e);
        }
    }

    /** As of now, whichever replica made it. */
    @Override
    public long revision() {
        return connections.read(session -> session.number(PostgresConnections.REVISION));
    }

    @Override
    public Optional<Entry> get(String key) {
        return connections.read(session -> Rows.newest(session, key));
    }

    @Override
    public Optional<Entry> create(String key, ValueAt value) {
        return writer.submit(new Write(key, 0, value, Change.Type.CREATED));
    }

    @Override
    public Optional<Entry> update(String key, long expected, ValueAt value) {
        return writer.submit(new Write(key, expected, value, Change.Type.UPDATED));
    }

    @Override
    public Optional<Entry> delete(String key, long expected, ValueAt lastState) {
        return writer.submit(new Write(key, expected, lastState, Change.Type.DELETED));
    }

    /** Something, or how old it may be at most. */
    private record Kept<T>(Optional<T> found, long oldest) {

        T orTooOld(long asked) throws CompactedException {
            return found.orElseThrow(() -> new CompactedException(asked, oldest));
        }
    }

    @Override
    public Page list(String prefix, String after, int limit, long atRevision) throws CompactedException {
        return connections.read(session -> {
            var newest = session.number(PostgresConnections.REVISION);
            var oldest = session.number(Rows.COMPACTED);
            var at = atRevision == 0 ? newest : atRevision;
            return new Kept<>(at < oldest ? Optional.<Page>empty() : Optional.of(Rows.page(session, prefix, after, limit, at, newest)), oldest);
        }).orTooOld(atRevision);
    }

    @Override
    public long count(String prefix) {
        return connections.read(session -> Rows.count(session, prefix));
    }

    @Override
    public Watcher watch(String prefix, long afterRevision) throws CompactedException {
        return feed.watch(prefix, afterRevision, this::past);
    }

    private Stretch past(String prefix, long after, long upTo) throws CompactedException {
        return connections.read(session -> {
            var oldest = session.number(Rows.COMPACTED);
            return new Kept<>(after < oldest ? Optional.<Stretch>empty() : Optional.of(Rows.changes(session, prefix, after, upTo)), oldest);
        }).orTooOld(after);
    }

    @Override
    public void compact(long revision) {
        writer.thin(Math.min(revision, feed.revision()));
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        compactor.close();
        writer.close();
        follower.close();
        ledger.close();
        feed.close();
        connections.close();
    }
}
