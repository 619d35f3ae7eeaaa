package dev.skerry.kube.store;

import dev.skerry.kube.store.ChangeFeed.Stretch;
import dev.skerry.kube.store.Ledger.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The store on one SQLite file: write-ahead log, every commit synced. Changes of many callers go into one transaction
 * (group commit) by a single writer thread; readers have connections of their own and never wait for it. Each state of a
 * key is a row numbered by its revision, so the table is history and present at once; {@link #compact} thins it out. What
 * only renews a Lease stays in memory ({@code docs/store.md}).
 */
public final class SqliteStore implements ObjectStore {

    private static final int LOOKS = 10;

    private final SqliteConnections connections;
    private final ChangeFeed feed;
    private final Fleeting fleeting;
    private final SqliteLedger ledger;
    private final CommitQueue writer;
    private final Compactor compactor;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SqliteStore(SqliteConnections connections, SqliteLedger ledger, Fleeting fleeting) {
        this.connections = connections;
        this.feed = ledger.feed();
        this.fleeting = fleeting;
        this.ledger = ledger;
        this.writer = CommitQueue.start(ledger);
        this.compactor = Compactor.start(feed, this::compact);
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
            var connections = SqliteConnections.open(file);
            try {
                var fleeting = new Fleeting();
                return new SqliteStore(connections, SqliteLedger.open(connections.writing(), fleeting), fleeting);
            } catch (SQLException | RuntimeException e) {
                connections.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException(SqliteBackup.wayOut(file, String.valueOf(e.getMessage())), e);
        }
    }

    @Override
    public long revision() {
        return feed.revision();
    }

    @Override
    public Optional<Entry> get(String key) {
        // The renewal first: if it is written down meanwhile, the table has it.
        var state = fleeting.find(key);
        var row = connections.read(session -> Rows.newest(session, key));
        return state != null && row.isPresent() && state.entry().revision() > row.get().revision() ? Optional.of(state.entry()) : row;
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

    @Override
    public Page list(String prefix, String after, int limit, long atRevision) throws CompactedException {
        for (int i = 1; ; i++) {
            var listed = look(prefix, after, limit, atRevision);
            if (listed.page().isEmpty()) {
                throw new CompactedException(atRevision, listed.oldest());
            }
            var page = listed.page().get();
            // A renewal that came behind the snapshot hides the one that the snapshot should show: look again.
            if (atRevision == 0 && i < LOOKS && fleeting.ahead(prefix, page.revision())) {
                continue;
            }
            return Fleeting.touches(prefix)
                    ? new Page(fleeting.over(page.entries(), page.revision()), page.revision(), page.more(), page.remaining())
                    : page;
        }
    }

    /** @param page absent if its revision is no longer kept */
    private record Listed(Optional<Page> page, long oldest) {}

    private Listed look(String prefix, String after, int limit, long atRevision) {
        var published = feed.revision();
        return connections.read(session -> {
            var newest = session.number(SqliteConnections.REVISION);
            var oldest = session.number(Rows.COMPACTED);
            var at = atRevision == 0 ? Math.max(Math.max(newest, oldest), published) : atRevision;
            return new Listed(at < oldest ? Optional.empty() : Optional.of(Rows.page(session, prefix, after, limit, at, newest)), oldest);
        });
    }

    @Override
    public long count(String prefix) {
        return connections.read(session -> Rows.count(session, prefix));
    }

    @Override
    public Watcher watch(String prefix, long afterRevision) throws CompactedException {
        return feed.watch(prefix, afterRevision, this::past);
    }

    private record Told(Optional<Stretch> stretch, long oldest) {}

    private Stretch past(String prefix, long after, long upTo) throws CompactedException {
        // From memory first: what is written down meanwhile is found in the table.
        var renewed = fleeting.within(prefix, after, upTo);
        var told = connections.read(session -> {
            var oldest = session.number(Rows.COMPACTED);
            return new Told(after < oldest ? Optional.empty() : Optional.of(Rows.changes(session, prefix, after, upTo)), oldest);
        });
        var stretch = told.stretch().orElseThrow(() -> new CompactedException(after, told.oldest()));
        return renewed.isEmpty() ? stretch : new Stretch(Fleeting.merged(stretch.changes(), renewed, stretch.upTo()), stretch.upTo());
    }

    @Override
    public void compact(long revision) {
        writer.thin(Math.min(revision, revision()));
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        compactor.close();
        writer.close();
        feed.close();
        ledger.finish();
        connections.close();
    }
}
