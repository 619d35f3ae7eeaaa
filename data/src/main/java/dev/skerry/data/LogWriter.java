package dev.skerry.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Brings slabs to the disk and drops what retention no longer wants. Used by the log's one writer thread. */
final class LogWriter implements AutoCloseable {

    /** Encoded frames, all of one segment. */
    static final class Slab {
        final Segment segment;
        final Output out = new Output(16 * 1024);

        Slab(Segment segment) {
            this.segment = segment;
        }
    }

    /** Stands before the disk; tests let it fail. */
    interface Gate {
        void beforeWrite(int bytes) throws IOException;
    }

    private final Path folder;
    private final LogSettings settings;
    private final LogState state;
    private final LogMemory memory;
    private final Consumer<String> notices;
    private final Gate gate;
    private @Nullable Segment open;
    private @Nullable FileChannel channel;

    LogWriter(Path folder, LogSettings settings, LogState state, LogMemory memory, Consumer<String> notices, Gate gate) {
        this.folder = folder;
        this.settings = settings;
        this.state = state;
        this.memory = memory;
        this.notices = notices;
        this.gate = gate;
    }

    /** When it returns, the slab's records are durable and can be read; when it throws, none of them is. */
    void write(Slab slab) throws IOException {
        Segment segment = slab.segment;
        try {
            gate.beforeWrite(slab.out.size);
            var file = channelFor(segment);
            long offset = segment.size;
            var bytes = ByteBuffer.wrap(slab.out.bytes, 0, slab.out.size);
            while (bytes.hasRemaining()) {
                offset += file.write(bytes, offset);
            }
            file.force(false);
        } catch (IOException e) {
            // After a failed write nothing is known of the file: begin again at its durable end.
            closeFile();
            throw e;
        }
        state.lock.lock();
        try {
            state.index(segment, slab.out.bytes, slab.out.size, segment.size);
            state.segments.put(segment.first, segment);
            state.grown.signalAll();
        } catch (DamagedException e) {
            throw new IllegalStateException("log: cannot read what it just wrote", e);
        } finally {
            state.lock.unlock();
        }
    }

    private FileChannel channelFor(Segment segment) throws IOException {
        var current = channel;
        if (current != null && segment.equals(open)) {
            return current;
        }
        closeFile();
        boolean fresh = !Files.exists(segment.path);
        var made = FileChannel.open(segment.path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel = made;
        open = segment;
        made.truncate(segment.size);
        if (fresh) {
            AtomicFile.syncFolder(folder);
        }
        return made;
    }

    /** Drops files that are too old or too many; never the newest. */
    void retain(long nowMicros) throws IOException {
        long oldest = nowMicros - micros(settings.maxAge());
        while (true) {
            String reason;
            state.lock.lock();
            try {
                if (state.segments.size() < 2) {
                    return;
                }
                Segment first = state.segments.firstEntry().getValue();
                if (first.lastAppendMicros < oldest) {
                    reason = "older than " + settings.maxAge();
                } else if (state.bytes() > settings.maxBytes()) {
                    reason = "more than " + settings.maxBytes() + " bytes";
                } else {
                    return;
                }
            } finally {
                state.lock.unlock();
            }
            dropOldest(reason);
        }
    }

    /** Gives the oldest file's room back; false if only the newest is left. */
    boolean dropOldest(String reason) throws IOException {
        Segment dropped;
        state.lock.lock();
        try {
            if (state.segments.size() < 2) {
                return false;
            }
            dropped = state.segments.firstEntry().getValue();
        } finally {
            state.lock.unlock();
        }
        rememberSequences();
        state.lock.lock();
        try {
            state.segments.remove(dropped.first);
        } finally {
            state.lock.unlock();
        }
        Files.deleteIfExists(dropped.path);
        notices.accept("log: dropped positions " + dropped.first + " to " + dropped.next + " (" + reason + ")");
        return true;
    }

    private void rememberSequences() throws IOException {
        Map<SeriesKey, LogState.Latest> copy;
        long end;
        state.lock.lock();
        try {
            copy = Map.copyOf(state.latest);
            end = state.end;
        } finally {
            state.lock.unlock();
        }
        // Only this thread changes what the map's values say.
        memory.rememberSequences(end, copy);
    }

    static long micros(Duration duration) {
        return duration.getSeconds() > Long.MAX_VALUE / 4_000_000 ? Long.MAX_VALUE / 4 : duration.toNanos() / 1000;
    }

    private void closeFile() {
        var current = channel;
        channel = null;
        open = null;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                // What was durable is; the rest is written again.
            }
        }
    }

    @Override
    public void close() {
        closeFile();
    }
}
