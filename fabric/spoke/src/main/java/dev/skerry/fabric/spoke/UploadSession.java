package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.INFO;

import com.google.protobuf.UnsafeByteOperations;
import dev.skerry.data.Outbox;
import dev.skerry.data.Outbox.Chunk;
import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import dev.skerry.data.UplinkPlan;
import dev.skerry.fabric.link.wire.DataChunk;
import dev.skerry.fabric.link.wire.DataHello;
import dev.skerry.fabric.link.wire.DataUp;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What happens on one line: a hello, the parent's word what it holds, then chunks, as many unanswered as the window lets.
 * Each answer must cover the oldest chunk; nothing else counts as arrived. Used by one thread.
 */
final class UploadSession {

    private static final System.Logger LOG = System.getLogger(Uploader.class.getName());

    /** What the parent joins again from frames, at most. */
    private static final int MAX_CHUNK = 32 << 20;

    private static final Duration HELLO_WAIT = Duration.ofSeconds(20);
    private static final Duration ANSWER_WAIT = Duration.ofMinutes(2);
    private static final Duration GOODBYE_WAIT = Duration.ofSeconds(3);
    private static final Duration IDLE_WAIT = Duration.ofMillis(250);
    private static final Duration BLOCKED_WAIT = Duration.ofMillis(50);

    /** Records passed over when the disk cannot read them, and when they are tried again. */
    private static final int UNREADABLE = 64;

    private static final Duration TRY_AGAIN = Duration.ofMinutes(10);

    private final DataLine line;
    private final Outbox outbox;
    private final String epoch;
    private final UploaderConfig config;
    private final UploadProgress progress;
    private final UploadRefusals refusals;
    private final UploadPace pace;
    private final BooleanSupplier wanted;
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private long bytes;
    private long backlogBytes;
    private boolean progressed;
    private Received received;
    private Received taken;
    private boolean unreadable;
    private long unreadableAt;

    private record Sent(Range range, int readings, int bytes, boolean backlog, long at) {}

    /** @param wanted whether to go on */
    UploadSession(
            DataLine line, UploaderConfig config, UploadProgress progress, UploadRefusals refusals, BooleanSupplier wanted) {
        this.wanted = wanted;
        this.line = line;
        this.config = config;
        this.progress = progress;
        this.refusals = refusals;
        outbox = config.outbox();
        epoch = outbox.epoch();
        pace = new UploadPace(config.windowBytes());
        received = new Received(epoch, java.util.List.of());
        taken = received;
    }

    /** Sends until it is no longer wanted, then waits a little for the last answers. */
    void run() throws DataLineException, InterruptedException {
        if (!hello()) {
            return;
        }
        long liveFrom = outbox.end();
        var plan = new UplinkPlan(liveFrom, config.liveShare());
        while (wanted.getAsBoolean()) {
            takeAnswers();
            progress.tick();
            var next = plan.next(taken, outbox.start(), outbox.end());
            if (next.isEmpty()) {
                awaitRecords();
            } else if (room(next.get().from() < liveFrom)) {
                send(next.get(), next.get().from() < liveFrom);
            } else {
                line.await(BLOCKED_WAIT);
            }
        }
        goodbye();
    }

    /** Whether the parent has taken anything on this line. */
    boolean progressed() {
        return progressed;
    }

    /** The chunk that the parent has not answered for the longest time. */
    Optional<Range> oldest() {
        return Optional.ofNullable(sent.peek()).map(Sent::range);
    }

    private boolean hello() throws DataLineException, InterruptedException {
        long until = System.nanoTime() + HELLO_WAIT.toNanos();
        boolean asked = false;
        while (wanted.getAsBoolean()) {
            var answer = line.answer();
            if (answer.isPresent()) {
                begin(answer.get().received());
                return true;
            }
            if (!asked && line.ready()) {
                line.send(DataUp.newBuilder().setHello(DataHello.newBuilder().setEpoch(epoch)).build());
                asked = true;
            }
            if (System.nanoTime() - until >= 0) {
                throw DataLineException.ended("no answer in " + HELLO_WAIT.toSeconds() + "s");
            }
            line.await(IDLE_WAIT);
        }
        return false;
    }

    private void begin(Received held) throws DataLineException {
        checkEpoch(held.epoch());
        received = held;
        taken = refusals.taken(held);
        long end = outbox.end();
        if (end(held) > end) {
            progress.tell("readings: the parent holds this log up to position " + end(held) + ", but it ends at " + end
                    + ": it was restored from an older copy, and records up to there will not arrive (expected: a restart of this site)");
        }
        progress.connected(held);
        LOG.log(INFO, "readings: connected, the parent lacks {0} records", held.missing(outbox.start(), end));
    }

    private void checkEpoch(String theirs) throws DataLineException {
        if (!theirs.equals(epoch)) {
            throw DataLineException.ended("answer.epoch: " + theirs + " (expected: " + epoch + ")");
        }
        if (!outbox.epoch().equals(epoch)) {
            refusals.forget();
            throw DataLineException.ended("the log was made anew");
        }
    }

    private void takeAnswers() throws DataLineException {
        for (var answer = line.answer(); answer.isPresent(); answer = line.answer()) {
            var held = answer.get().received();
            checkEpoch(held.epoch());
            var oldest = sent.poll();
            if (oldest == null || held.missing(oldest.range.from(), oldest.range.to()) > 0) {
                throw DataLineException.ended("answer: " + held.ranges() + " (expected: one that covers "
                        + (oldest == null ? "nothing" : oldest.range) + ")");
            }
            bytes -= oldest.bytes;
            if (oldest.backlog) {
                backlogBytes -= oldest.bytes;
                pace.answered(oldest.bytes, oldest.at, answer.get().at());
            }
            received = held;
            progressed = true;
            progress.answered(held, oldest.readings);
        }
        var waiting = sent.peek();
        if (waiting != null && System.nanoTime() - waiting.at >= ANSWER_WAIT.toNanos()) {
            throw DataLineException.ended("no answer in " + ANSWER_WAIT.toSeconds() + "s");
        }
    }

    /** Records that arrive are live: only the window and the line hold them up. */
    private boolean room(boolean backlog) {
        if (!line.ready() || sent.size() >= DataLine.MAX_UNANSWERED) {
            return false;
        }
        long more = pace.chunk();
        return sent.isEmpty()
                || bytes + more <= config.windowBytes() && (!backlog || backlogBytes + more <= pace.limit());
    }

    private void awaitRecords() throws InterruptedException {
        if (unreadable && System.nanoTime() - unreadableAt >= TRY_AGAIN.toNanos()) {
            unreadable = false;
            taken = refusals.taken(received);
            sent.forEach(s -> taken = taken.with(s.range));
            return;
        }
        try {
            outbox.read(Math.max(outbox.end(), end(taken)), 1, IDLE_WAIT);
        } catch (IOException e) {
            line.await(IDLE_WAIT); // They are there; the next turn says what is wrong with them.
        }
    }

    private void send(Range stretch, boolean backlog) throws DataLineException, InterruptedException {
        Optional<Chunk> found;
        try {
            found = outbox.read(stretch, refusals.suspects(stretch.from()) ? 1 : pace.chunk());
        } catch (IOException e) {
            passOver(stretch, e);
            return;
        }
        if (found.isEmpty()) {
            taken = taken.with(stretch); // Retention was quicker.
            return;
        }
        var chunk = found.get();
        checkEpoch(chunk.epoch());
        var range = new Range(chunk.from(), chunk.to());
        taken = taken.with(new Range(stretch.from(), chunk.to()));
        if (chunk.payload().length > MAX_CHUNK) {
            tooBig(range, chunk.payload().length);
            return;
        }
        // What the line has begun to take may be refused before its last part has gone.
        sent.add(new Sent(range, chunk.readings(), chunk.payload().length, backlog, System.nanoTime()));
        bytes += chunk.payload().length;
        backlogBytes += backlog ? chunk.payload().length : 0;
        sendParts(chunk);
    }

    private void sendParts(Chunk chunk) throws DataLineException, InterruptedException {
        int length = chunk.payload().length;
        for (int at = 0; at < length; at += DataLine.MAX_FRAME) {
            int part = Math.min(DataLine.MAX_FRAME, length - at);
            var message = DataChunk.newBuilder()
                    .setEpoch(epoch)
                    .setFrom(chunk.from())
                    .setTo(chunk.to())
                    .setReadings(chunk.readings())
                    .setPayload(UnsafeByteOperations.unsafeWrap(chunk.payload(), at, part))
                    .setMore(at + part < length);
            awaitReady();
            line.send(DataUp.newBuilder().setChunk(message).build());
        }
    }

    private void awaitReady() throws DataLineException, InterruptedException {
        while (!line.ready()) {
            if (!wanted.getAsBoolean()) {
                throw DataLineException.ended("given up in the middle of a chunk");
            }
            takeAnswers();
            line.await(BLOCKED_WAIT);
        }
    }

    private void tooBig(Range range, int length) {
        if (refusals.leaveOut(range).isPresent()) {
            progress.tell("readings: record " + range.from() + ": " + length + " bytes (expected: at most " + MAX_CHUNK
                    + "); it stays here and is not sent");
        }
    }

    private void passOver(Range stretch, IOException why) {
        var passed = new Range(stretch.from(), Math.min(stretch.to(), stretch.from() + UNREADABLE));
        taken = taken.with(passed);
        if (!unreadable) {
            unreadable = true;
            unreadableAt = System.nanoTime();
            progress.tell("readings: records from " + passed.from() + " cannot be read and are passed over: " + why.getMessage()
                    + " (next try in " + TRY_AGAIN.toMinutes() + " min)");
        }
    }

    private void goodbye() throws DataLineException, InterruptedException {
        long until = System.nanoTime() + GOODBYE_WAIT.toNanos();
        takeAnswers();
        while (!sent.isEmpty() && System.nanoTime() - until < 0) {
            line.await(BLOCKED_WAIT);
            takeAnswers();
        }
        line.finish();
    }

    private static long end(Received received) {
        return received.ranges().isEmpty() ? 0 : received.ranges().getLast().to();
    }
}
