package dev.skerry.kube.store;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.kube.store.ObjectStore.Change;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Tells this replica's watchers what all replicas committed, in the order of the revisions. A notification wakes it; should
 * one be lost, it looks by itself every two seconds. It outlives the database's restarts.
 */
final class PostgresFollower implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(PostgresFollower.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final PostgresConnections connections;
    private final ChangeFeed feed;
    private final ReentrantLock advancing = new ReentrantLock();
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Session listening;
    private boolean troubled;

    PostgresFollower(PostgresConnections connections, ChangeFeed feed) {
        this.connections = connections;
        this.feed = feed;
        this.thread = Thread.ofVirtual().name("store-follower").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try (var session = connections.connect()) {
                listening = session;
                listen(session);
            } catch (SQLException | StoreException e) {
                if (!closed && !troubled) {
                    troubled = true;
                    LOG.log(WARNING, "store: {0}: {1} (watches stand still; trying again every {2} ms)", connections.settings(), e.getMessage(), AGAIN.toMillis());
                }
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(closed ? Duration.ZERO : AGAIN);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private void listen(Session session) throws SQLException {
        session.execute("LISTEN " + connections.settings().schema() + "_changes");
        var notices = session.connection().unwrap(PGConnection.class);
        while (!closed) {
            catchUp();
            if (troubled) {
                troubled = false;
                LOG.log(INFO, "store: {0} answers again", connections.settings());
            }
            var awake = false;
            while (!awake && !closed) {
                var told = notices.getNotifications((int) LOOK.toMillis());
                awake = told == null || told.length == 0;
                for (int i = 0; !awake && i < told.length; i++) {
                    awake = Long.parseLong(told[i].getParameter()) > feed.revision();
                }
            }
        }
    }

    /** What this replica committed on top of {@code base}. */
    void own(long base, List<Change> changes, long revision) {
        advancing.lock();
        try {
            if (feed.revision() < base) {
                // Others were faster in between.
                catchUp();
            } else {
                feed.publish(changes, revision);
            }
        } catch (StoreException e) {
            // It is committed all the same: the follower tells it as soon as the database answers.
            LOG.log(WARNING, "store: {0}", e.getMessage());
        } finally {
            advancing.unlock();
        }
    }

    void compacted(long upTo) {
        feed.compacted(upTo);
    }

    private record News(long newest, long oldest, ChangeFeed.Stretch stretch) {}

    /** Tells everything up to what the database has now. */
    void catchUp() {
        advancing.lock();
        try {
            while (true) {
                var from = feed.revision();
                var news = connections.read(session -> {
                    var newest = session.number(PostgresConnections.REVISION);
                    var oldest = session.number(Rows.COMPACTED);
                    return new News(newest, oldest, newest > from && oldest <= from ? Rows.changes(session, "", from, newest) : new ChangeFeed.Stretch(List.of(), from));
                });
                if (news.newest() < from) {
                    LOG.log(WARNING, "store: {0} went back from revision {1} to {2}: it has lost commits", connections.settings(), from, news.newest());
                    feed.jump(news.newest(), "ended: the database went back");
                } else if (news.oldest() > from) {
                    feed.jump(news.newest(), "ended: this replica was away for longer than the history is kept");
                } else {
                    feed.publish(news.stretch().changes(), news.stretch().upTo());
                    feed.compacted(news.oldest());
                }
                if (feed.revision() >= news.newest()) {
                    return;
                }
            }
        } finally {
            advancing.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        var session = listening;
        if (session != null) {
            session.abort();
        }
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
