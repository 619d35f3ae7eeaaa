package dev.skerry.data;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A site's readings on disk: history and outbox in one. Appending numbers and encodes a batch in memory; one writer thread
 * brings what came together to the disk. What is durable ({@link #end}) survives {@code kill -9} and power loss, and only
 * that can be read. A full disk costs the oldest history, then the newest batches; it never reaches the publisher.
 */
public final class DurableLog implements History, Outbox, AutoCloseable {

    private static final Logger LOG = System.getLogger(DurableLog.class.getName());
    private static final Duration RETAIN_EVERY = Duration.ofMinutes(1);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final long LOST_LEAP = 1_000_000;

    private final LogSettings settings;
    private final InstantSource clock;
    private final Path folder;
    private final String epoch;
    private final LogState state = new LogState();
    private final LogReader reader = new LogReader(state);
    private final LogChunks chunks = new LogChunks(state);
    private final LogMemory memory;
    private final LogWriter writer;
    private final Consumer<String> notices;
    private final Thread thread;

    /** Guards what follows: the encoder and the slabs that wait. */
    private final ReentrantLock tail = new ReentrantLock();

    private final Condition work = tail.newCondition();
    private final RecordEncoder encoder = new RecordEncoder();
    private final ArrayDeque<LogWriter.Slab> waiting = new ArrayDeque<>();
    private Segment active;
    private long activeBytes;
    private long pending;
    private long pendingSince;
    private long nextPosition;
    private boolean urgent;
    private boolean closed;
    private long dropped;
    private long retainAt;

    private volatile Received acknowledged;

    /** Opens the log in {@code folder}, which it makes if need be, and recovers what is there. Notices go to the program's log. */
    public static DurableLog open(Path folder, LogSettings settings, InstantSource clock) throws IOException {
        return open(folder, settings, clock, notice -> {});
    }

    /** As above; {@code notices} hears what people should know: dropped history, damage, a full disk. On the log's threads. */
    public static DurableLog open(Path folder, LogSettings settings, InstantSource clock, Consumer<String> notices)
            throws IOException {
        return open(folder, settings, clock, notices, bytes -> {});
    }

    static DurableLog open(
            Path folder, LogSettings settings, InstantSource clock, Consumer<String> notices, LogWriter.Gate gate)
            throws IOException {
        Files.createDirectories(folder);
        return new DurableLog(folder, settings, clock, notices, gate);
    }

    private DurableLog(
            Path folder, LogSettings settings, InstantSource clock, Consumer<String> notices, LogWriter.Gate gate)
            throws IOException {
        this.folder = folder;
        this.settings = settings;
        this.clock = clock;
        this.notices = notice -> {
            LOG.log(Level.WARNING, notice);
            notices.accept(notice);
        };
        memory = new LogMemory(folder);
        epoch = memory.epoch();
        acknowledged = memory.acknowledged(epoch);
        new LogRecovery(folder, state, this.notices).run();
        memory.recallSequences(state);
        long leap = leapOverWhatIsLost();
        for (var one : state.latest.values()) {
            encoder.resume(one.def.key(), one.sequence + leap);
        }
        nextPosition = state.end;
        active = new Segment(folder, nextPosition);
        writer = new LogWriter(folder, settings, state, memory, this.notices, gate);
        begin(active);
        retainAt = System.nanoTime();
        thread = Thread.ofVirtual().name("durable-log").start(this::run);
    }

    /** The parent holds more than we do: part of the log is lost, and its numbers must not be given again. */
    private long leapOverWhatIsLost() {
        var ranges = acknowledged.ranges();
        long sent = ranges.isEmpty() ? 0 : ranges.getLast().to();
        if (sent <= state.end) {
            return 0;
        }
        notices.accept("log: ends at position " + state.end + ", but " + sent + " was sent: the records between are lost here");
        state.end = sent;
        return LOST_LEAP;
    }

    /** Appends every batch that is published from now on, until the subscription or the log is closed. */
    public Bus.Subscription attach(Bus bus) {
        return bus.subscribe("durable-log", "*", this::append);
    }

    /**
     * Takes a batch; never blocks on the disk and never throws because of it.
     *
     * @return the position behind it, for {@link #awaitDurable}; -1 if it was dropped because too much waits already
     */
    public long append(Batch batch) {
        boolean complain;
        tail.lock();
        try {
            if (!closed && pending < settings.pendingBytes()) {
                return encode(batch);
            }
            complain = dropped++ == 0;
        } finally {
            tail.unlock();
        }
        if (complain) {
            notices.accept("log: too much waits for the disk, new readings are dropped");
        }
        return -1;
    }

    private long encode(Batch batch) {
        if (activeBytes >= settings.segmentBytes()) {
            active = new Segment(folder, nextPosition);
            begin(active);
        }
        var out = slab().out;
        int before = out.size;
        encoder.encode(batch, active, nextPosition, LogState.micros(clock.instant()), out);
        activeBytes += out.size - before;
        if (pending == 0) {
            pendingSince = System.nanoTime();
        }
        boolean wake = pending == 0 || pending < settings.syncBytes() && pending + out.size - before >= settings.syncBytes();
        pending += out.size - before;
        if (wake) {
            work.signal();
        }
        return ++nextPosition;
    }

    private LogWriter.Slab slab() {
        var last = waiting.peekLast();
        if (last == null || last.segment != active) {
            last = new LogWriter.Slab(active);
            waiting.addLast(last);
        }
        return last;
    }

    /** The header waits with the first record, so that an idle start writes nothing. */
    private void begin(Segment segment) {
        encoder.beginSegment();
        var out = new LogWriter.Slab(segment);
        int at = Frames.begin(out.out, Frames.HEADER);
        out.out.unsigned(Frames.VERSION);
        out.out.text(epoch);
        out.out.unsigned(segment.first);
        Frames.end(out.out, at);
        activeBytes = out.out.size;
        waiting.addLast(out);
    }

    /**
     * Asks for the disk at once and waits.
     *
     * @return whether all before {@code position} is durable; false if {@code timeout} passed first, or the batch was
     *     dropped and has none
     */
    public boolean awaitDurable(long position, Duration timeout) throws InterruptedException {
        if (position < 0) {
            return false;
        }
        tail.lock();
        try {
            urgent = true;
            work.signal();
        } finally {
            tail.unlock();
        }
        return awaitEnd(position, timeout);
    }

    @Override
    public boolean settle(Duration timeout) throws InterruptedException {
        long appended;
        tail.lock();
        try {
            appended = nextPosition;
        } finally {
            tail.unlock();
        }
        return awaitDurable(appended, timeout);
    }

    private boolean awaitEnd(long position, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        state.lock.lockInterruptibly();
        try {
            while (state.end < position) {
                if (left <= 0) {
                    return false;
                }
                left = state.grown.awaitNanos(left);
            }
            return true;
        } finally {
            state.lock.unlock();
        }
    }

    /** Batches that were dropped because the disk was full or too slow. */
    public long dropped() {
        tail.lock();
        try {
            return dropped;
        } finally {
            tail.unlock();
        }
    }

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public long end() {
        state.lock.lock();
        try {
            return state.end;
        } finally {
            state.lock.unlock();
        }
    }

    @Override
    public long start() {
        state.lock.lock();
        try {
            return state.start();
        } finally {
            state.lock.unlock();
        }
    }

    @Override
    public Optional<Chunk> read(long from, int maxBytes, Duration wait) throws IOException, InterruptedException {
        if (!awaitEnd(from + 1, wait)) {
            return Optional.empty();
        }
        return chunks.read(epoch, from, Long.MAX_VALUE, maxBytes);
    }

    @Override
    public Optional<Chunk> read(Range stretch, int maxBytes) throws IOException {
        return chunks.read(epoch, stretch.from(), stretch.to(), maxBytes);
    }

    @Override
    public synchronized void acknowledge(Received received) throws IOException {
        if (!received.epoch().equals(epoch)) {
            throw new IllegalArgumentException("epoch: " + received.epoch() + " (expected: " + epoch + ")");
        }
        if (!received.equals(acknowledged)) {
            memory.acknowledge(received);
            acknowledged = received;
        }
    }

    @Override
    public Received acknowledged() {
        return acknowledged;
    }

    @Override
    public List<SeriesInfo> series(SeriesKey like, int limit) {
        return state.series(like, limit);
    }

    @Override
    public List<Point> range(SeriesKey series, Instant from, Instant to, int limit) {
        return reader.range(series, LogState.micros(from), LogState.micros(to), limit);
    }

    @Override
    public List<Bucket> downsample(SeriesKey series, Instant from, Instant to, int buckets) {
        return reader.downsample(series, LogState.micros(from), LogState.micros(to), buckets);
    }

    private void run() {
        try {
            for (var slab = take(); slab.isPresent(); slab = take()) {
                if (slab.get().isEmpty()) {
                    retain();
                }
                for (var one : slab.get()) {
                    if (!write(one)) {
                        return;
                    }
                }
                if (System.nanoTime() - retainAt >= 0 || slab.get().size() > 1) {
                    retain();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            writer.close();
        }
    }

    /** What waits, when it is time; an empty list when only retention is due; nothing when the log is closed and written. */
    private Optional<List<LogWriter.Slab>> take() throws InterruptedException {
        tail.lockInterruptibly();
        try {
            while (pending == 0) {
                if (closed) {
                    return Optional.empty();
                }
                urgent = false;
                if (work.awaitNanos(RETAIN_EVERY.toNanos()) <= 0) {
                    return Optional.of(List.of());
                }
            }
            long left = settings.syncEvery().toNanos() - (System.nanoTime() - pendingSince);
            while (!closed && !urgent && pending < settings.syncBytes() && left > 0) {
                left = work.awaitNanos(left);
            }
            urgent = false;
            var taken = List.copyOf(waiting);
            waiting.clear();
            return Optional.of(taken);
        } finally {
            tail.unlock();
        }
    }

    /** Tries until it is done; false if the log was closed before the disk could take it. */
    private boolean write(LogWriter.Slab slab) throws InterruptedException {
        boolean told = false;
        while (true) {
            try {
                writer.write(slab);
                break;
            } catch (IOException e) {
                if (!told) {
                    notices.accept("log: cannot write " + slab.out.size + " bytes (" + e.getMessage() + "), tries again");
                    told = true;
                }
                if (!makeRoom() && !pause()) {
                    return false;
                }
            }
        }
        tail.lock();
        try {
            pending = waitingBytes();
            pendingSince = System.nanoTime();
        } finally {
            tail.unlock();
        }
        return true;
    }

    private long waitingBytes() {
        long sum = 0;
        for (var slab : waiting) {
            sum += slab.out.size;
        }
        return sum;
    }

    private boolean makeRoom() {
        try {
            return writer.dropOldest("the disk cannot take more");
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits before the next try; false if the log is being closed. */
    private boolean pause() throws InterruptedException {
        long left = RETRY.toNanos();
        tail.lockInterruptibly();
        try {
            while (!closed && left > 0) {
                left = work.awaitNanos(left);
            }
            return !closed;
        } finally {
            tail.unlock();
        }
    }

    private void retain() {
        retainAt = System.nanoTime() + RETAIN_EVERY.toNanos();
        try {
            writer.retain(LogState.micros(clock.instant()));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "log: cannot drop old history", e);
        }
    }

    /** Writes what waits and ends. */
    @Override
    public void close() {
        tail.lock();
        try {
            closed = true;
            work.signalAll();
        } finally {
            tail.unlock();
        }
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
