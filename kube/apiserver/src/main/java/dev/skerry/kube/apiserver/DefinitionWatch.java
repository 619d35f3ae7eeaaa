package dev.skerry.kube.apiserver;

import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.kube.store.ObjectStore;
import dev.skerry.kube.store.StoreException;
import java.time.Duration;

/** Follows definitions that others write: another server over the same store, or whoever restored it. */
final class DefinitionWatch implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(DefinitionWatch.class.getName());
    private static final Duration TURN = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final ObjectStore store;
    private final Definitions definitions;
    private final Thread thread;
    private volatile boolean closed;

    DefinitionWatch(ObjectStore store, Definitions definitions) {
        this.store = store;
        this.definitions = definitions;
        this.thread = Thread.ofVirtual().name("definition-watch").start(this::follow);
    }

    private void follow() {
        try {
            while (!closed) {
                try {
                    turn(definitions.loadedAt());
                } catch (ObjectStore.CompactedException | ObjectStore.WatchClosedException e) {
                    if (!closed) {
                        definitions.load();
                    }
                } catch (StoreException e) {
                    LOG.log(WARNING, "definitions are not followed for a moment: {0}", e.getMessage());
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn(long from) throws InterruptedException, ObjectStore.CompactedException, ObjectStore.WatchClosedException {
        try (var watcher = store.watch(Definitions.PREFIX, from)) {
            while (!closed) {
                var change = watcher.next(TURN);
                var newest = 0L;
                while (change.isPresent()) {
                    newest = change.get().entry().revision();
                    change = watcher.next(Duration.ZERO);
                }
                if (newest > definitions.loadedAt()) {
                    definitions.load();
                }
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(CLOSING);
    }
}
