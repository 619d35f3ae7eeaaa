package dev.skerry.streams;

import dev.skerry.data.StreamSchema;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What rules of both engines have in common: the lock that is taken once a batch, the memory on disk, and the end. */
abstract class KeptRule implements Ticking, Remembering {

    final Actions actions;
    final InstantSource clock;
    final ReentrantLock lock = new ReentrantLock();

    // Below: under the lock.
    @Nullable RuleMemory memory;
    /** Rows of an earlier life are taken, whose results were sent in that life. */
    boolean mute;
    boolean closed;

    private final Consumer<Ticking> onClose;
    private volatile String beginning = "";

    KeptRule(Actions actions, InstantSource clock, Consumer<Ticking> onClose) {
        this.actions = actions;
        this.clock = clock;
        this.onClose = onClose;
    }

    /** Takes up what an earlier life has left. Under the lock, when it listens already: what comes meanwhile waits. */
    final void remember(Optional<RuleMemory> kept) {
        if (kept.isPresent()) {
            memory = kept.get();
            beginning = memory.begin(this, clock.millis());
        }
    }

    @Override
    public abstract List<StreamSchema> schemas();

    /** Hears of nothing any more. */
    abstract void unsubscribe();

    @Override
    public final String beginning() {
        return beginning;
    }

    @Override
    public final void checkpoint() {
        save(false);
    }

    private void save(boolean paused) {
        lock.lock();
        try {
            if (!closed && memory != null) {
                memory.save(this, clock.millis(), paused);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final void pause() {
        save(true);
        close();
    }

    @Override
    public final void close() {
        unsubscribe();
        checkpoint();
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        onClose.accept(this);
        actions.close();
    }
}
