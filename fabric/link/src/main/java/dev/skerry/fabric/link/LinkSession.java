package dev.skerry.fabric.link;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.fabric.link.wire.Ack;
import dev.skerry.fabric.link.wire.Digest;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Heartbeat;
import dev.skerry.fabric.link.wire.Hello;
import dev.skerry.fabric.link.wire.Reject;
import dev.skerry.fabric.link.wire.Want;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One connection, seen from either end: says hello, sends the logs that this end owns by priority and within their windows,
 * takes those of the other end and acknowledges what is committed. One virtual thread sends; frames come in one at a time.
 */
public final class LinkSession implements StreamObserver<Frame>, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(LinkSession.class.getName());
    private static final Duration HELLO_WITHIN = Duration.ofSeconds(20);
    private static final int MOST_CONTROL = 1_000;
    private static final int MOST_LINES = 1_000_000;

    private final String name;
    private final LinkSettings settings;
    private final Side side;
    private final boolean dialling;
    private final StreamObserver<Frame> out;
    private final Thread sender;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final ArrayDeque<Frame> control = new ArrayDeque<>();
    private final List<SendLane> lanes = new ArrayList<>();
    private final Map<String, LogSink> sinks = new HashMap<>();
    private final Set<String> toAcknowledge = new LinkedHashSet<>();
    private final List<AutoCloseable> listening = new ArrayList<>();
    private long ackDue;
    private long nextBeat;
    private long heard = System.nanoTime();
    private long beatNonce;
    private long beatSent;
    private boolean greeted;
    private @Nullable String over;
    private boolean told;

    // Of the incoming thread only.
    private @Nullable LogDigestParts digest;
    private boolean unknownTold;

    /** What the owner of a session says and hears; calls come from the session's threads. */
    public interface Side {

        /** The first frame: at once for the one that dials, after the other's hello for the one that is dialled. */
        Hello hello();

        /** The other end has said who it is. @throws LinkException to end the session with a reason */
        Logs greeted(Hello other) throws LinkException, IOException;

        /** A heartbeat was answered. */
        default void roundTrip(Duration took) {}

        /** Something was heard. */
        default void heard() {}

        /** Called once, last. @param refused whether the other end said why */
        void ended(String reason, boolean refused);
    }

    /** @param sources in the order of their priority */
    public record Logs(List<LogSource> sources, List<LogSink> sinks) {
        public Logs {
            sources = List.copyOf(sources);
            sinks = List.copyOf(sinks);
        }
    }

    private record LogDigestParts(String log, String epoch, long sequence, boolean restored, Map<String, String> hashes) {}

    private LinkSession(String name, LinkSettings settings, Side side, StreamObserver<Frame> out, boolean dialling) {
        this.name = name;
        this.dialling = dialling;
        this.settings = settings;
        this.side = side;
        this.out = out;
        this.sender = Thread.ofVirtual().name("link-" + name).unstarted(this::send);
    }

    /** For the end that dials: says hello first. */
    public static LinkSession dialling(String name, LinkSettings settings, Side side, StreamObserver<Frame> out) {
        var session = new LinkSession(name, settings, side, out, true);
        session.control.add(Frame.newBuilder().setHello(side.hello()).build());
        session.sender.start();
        return session;
    }

    /** For the end that is dialled: waits for the hello. */
    public static LinkSession dialled(String name, LinkSettings settings, Side side, StreamObserver<Frame> out) {
        var session = new LinkSession(name, settings, side, out, false);
        session.sender.start();
        return session;
    }

    // ---- sending ----

    private void send() {
        try {
            begin();
            while (true) {
                var frame = next();
                if (frame == null) {
                    return;
                }
                out.onNext(frame);
            }
        } catch (InterruptedException e) {
            end("closed", false);
        } catch (RuntimeException e) {
            // The stream is broken, or a log could not be read: either way the session is over.
            LOG.log(DEBUG, "link " + name + ": sending failed", e);
            end("sending failed: " + e.getMessage(), false);
        } finally {
            finish();
        }
    }

    private void begin() {
        lock.lock();
        try {
            nextBeat = System.nanoTime() + HELLO_WITHIN.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for something to send; null when the session is over. */
    private @Nullable Frame next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (over == null) {
                var now = System.nanoTime();
                if (!toAcknowledge.isEmpty() && now - ackDue >= 0) {
                    return acknowledgement();
                }
                var first = control.pollFirst();
                if (first != null) {
                    return sent(first);
                }
                var quiet = settings.mostBeat().multipliedBy(LinkSettings.MISSED);
                if (now - heard > (greeted ? quiet : HELLO_WITHIN).toNanos()) {
                    end("no word for " + (now - heard) / 1_000_000_000 + "s", false);
                    return null;
                }
                if (greeted) {
                    for (var lane : lanes) {
                        var frame = lane.next();
                        if (frame != null) {
                            return sent(frame);
                        }
                    }
                    if (now - nextBeat >= 0) {
                        beatNonce++;
                        beatSent = now;
                        return sent(Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setNonce(beatNonce)).build());
                    }
                }
                var until = greeted ? nextBeat : now + TimeUnit.SECONDS.toNanos(1);
                if (!toAcknowledge.isEmpty() && ackDue - until < 0) {
                    until = ackDue;
                }
                work.awaitNanos(Math.max(1_000_000, until - System.nanoTime()));
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private Frame sent(Frame frame) {
        var least = settings.leastBeat().toNanos();
        var most = settings.mostBeat().toNanos();
        nextBeat = System.nanoTime() + (most > least ? ThreadLocalRandom.current().nextLong(least, most) : least);
        if (!toAcknowledge.isEmpty()) {
            // Something goes anyway: what was committed is acknowledged right behind it.
            ackDue = System.nanoTime();
        }
        return frame;
    }

    private Frame acknowledgement() {
        var ack = Ack.newBuilder();
        for (var log : toAcknowledge) {
            var sink = sinks.get(log);
            if (sink != null) {
                try {
                    ack.addPositions(Frames.position(log, sink.position()));
                } catch (IOException e) {
                    throw new IllegalStateException(log + ": its position cannot be read: " + e.getMessage(), e);
                }
            }
        }
        toAcknowledge.clear();
        return sent(Frame.newBuilder().setAck(ack).build());
    }

    private void finish() {
        String reason;
        boolean refusing;
        lock.lock();
        try {
            reason = over == null ? "closed" : over;
            refusing = !told;
            over = reason;
            listening.forEach(LinkSession::closeQuietly);
            listening.clear();
        } finally {
            lock.unlock();
        }
        try {
            if (refusing) {
                out.onNext(Frame.newBuilder().setReject(Reject.newBuilder().setReason(reason)).build());
                out.onCompleted();
            }
        } catch (RuntimeException e) {
            // The line is down already: there is nobody to tell.
            LOG.log(DEBUG, "link " + name + ": already closed", e);
        }
        side.ended(reason, told && reason.startsWith("refused: "));
    }

    private static void closeQuietly(AutoCloseable closing) {
        try {
            closing.close();
        } catch (Exception e) {
            LOG.log(DEBUG, "link: a listener did not close", e);
        }
    }

    // ---- receiving ----

    @Override
    public void onNext(Frame frame) {
        lock.lock();
        try {
            if (over != null) {
                return;
            }
            heard = System.nanoTime();
            if (!greeted && frame.getBodyCase() != Frame.BodyCase.HELLO && frame.getBodyCase() != Frame.BodyCase.REJECT) {
                end("frame: " + frame.getBodyCase() + " (expected: a hello first)", false);
                return;
            }
        } finally {
            lock.unlock();
        }
        side.heard();
        try {
            take(frame);
        } catch (LinkException e) {
            end(String.valueOf(e.getMessage()), false);
        } catch (IOException | RuntimeException e) {
            LOG.log(WARNING, "link " + name + ": a frame could not be taken", e);
            end("cannot store what was sent: " + e.getMessage(), false);
        }
    }

    private void take(Frame frame) throws LinkException, IOException {
        switch (frame.getBodyCase()) {
            case HELLO -> hello(frame.getHello());
            case ENTRY -> {
                var sink = sink(frame.getEntry().getLog());
                var outcome = sink.accept(Frames.entry(frame.getEntry()));
                if (outcome == Receiver.Outcome.GAP) {
                    throw new LinkException("entry: " + frame.getEntry().getLog() + " " + frame.getEntry().getSequence() + " after a gap (expected: what follows the position that was said)");
                }
                acknowledge(sink.log());
            }
            case DIGEST -> digest(frame.getDigest());
            case WANT -> locked(() -> lane(frame.getWant().getLog()).wanted(frame.getWant().getEpoch(), frame.getWant().getSequence(), frame.getWant().getKeysList()));
            case ACK -> locked(() -> {
                for (var position : frame.getAck().getPositionsList()) {
                    lane(position.getLog()).acknowledged(new LogPosition(position.getEpoch(), position.getSequence()));
                }
            });
            case HEARTBEAT -> heartbeat(frame.getHeartbeat());
            case REJECT -> {
                lock.lock();
                try {
                    told = true;
                    end("refused: " + frame.getReject().getReason(), true);
                } finally {
                    lock.unlock();
                }
            }
            case BODY_NOT_SET -> {
                if (!unknownTold) {
                    unknownTold = true;
                    LOG.log(WARNING, "link {0}: frames of a kind that this version does not know are skipped", name);
                }
            }
        }
    }

    private interface Change {
        void make() throws LinkException;
    }

    private void locked(Change change) throws LinkException {
        lock.lock();
        try {
            change.make();
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private SendLane lane(String log) throws LinkException {
        return lanes.stream().filter(l -> l.log().equals(log)).findFirst().orElseThrow(() -> new LinkException("log: " + log + " is not sent from here"));
    }

    private LogSink sink(String log) throws LinkException {
        var sink = sinks.get(log);
        if (sink == null) {
            throw new LinkException("log: " + log + " (expected: one of " + sinks.keySet() + ")");
        }
        return sink;
    }

    private void hello(Hello other) throws LinkException, IOException {
        if (greeted) {
            throw new LinkException("hello: a second one");
        }
        var logs = side.greeted(other);
        lock.lock();
        try {
            logs.sinks().forEach(s -> sinks.put(s.log(), s));
            if (!dialling) {
                control.addFirst(Frame.newBuilder().setHello(side.hello()).build());
            }
            for (var source : logs.sources()) {
                var lane = new SendLane(source, Frames.position(other.getPositionsList(), source.log()), settings.windowBytes());
                lanes.add(lane);
                listening.add(source.onChange(() -> changed(lane)));
            }
            greeted = true;
            // The first beat at once: its answer tells how long the line is.
            nextBeat = System.nanoTime();
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void changed(SendLane lane) {
        lock.lock();
        try {
            lane.changed();
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void digest(Digest part) throws LinkException, IOException {
        var sink = sink(part.getLog());
        var begun = digest;
        if (begun == null || !begun.log().equals(part.getLog()) || !begun.epoch().equals(part.getEpoch()) || begun.sequence() != part.getSequence()) {
            begun = new LogDigestParts(part.getLog(), part.getEpoch(), part.getSequence(), part.getRestored(), new HashMap<>());
            digest = begun;
        }
        for (var line : part.getLinesList()) {
            begun.hashes().put(line.getKey(), java.util.HexFormat.of().formatHex(line.getHash().toByteArray()));
        }
        if (begun.hashes().size() > MOST_LINES) {
            throw new LinkException("digest: over " + MOST_LINES + " keys");
        }
        if (!part.getLast()) {
            return;
        }
        digest = null;
        var keys = sink.accept(new LogDigest(begun.epoch(), begun.sequence(), begun.hashes(), begun.restored()));
        enqueue(Frame.newBuilder().setWant(Want.newBuilder().setLog(begun.log()).setEpoch(begun.epoch()).setSequence(begun.sequence()).addAllKeys(keys)).build());
        acknowledge(sink.log());
    }

    private void heartbeat(Heartbeat beat) throws LinkException {
        if (!beat.getAnswer()) {
            enqueue(Frame.newBuilder().setHeartbeat(beat.toBuilder().setAnswer(true)).build());
            return;
        }
        Duration took;
        lock.lock();
        try {
            took = beat.getNonce() == beatNonce ? Duration.ofNanos(System.nanoTime() - beatSent) : Duration.ZERO;
        } finally {
            lock.unlock();
        }
        if (!took.isZero()) {
            side.roundTrip(took);
        }
    }

    private void enqueue(Frame frame) throws LinkException {
        locked(() -> {
            if (control.size() >= MOST_CONTROL) {
                throw new LinkException("answers: " + control.size() + " wait to be sent (expected: a line that takes them)");
            }
            control.add(frame);
        });
    }

    private void acknowledge(String log) {
        lock.lock();
        try {
            if (toAcknowledge.isEmpty()) {
                ackDue = System.nanoTime() + settings.ackWithin().toNanos();
            }
            toAcknowledge.add(log);
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onError(Throwable cut) {
        var status = Status.fromThrowable(cut);
        var why = status.getDescription() == null ? status.getCode().toString() : status.getCode() + ": " + status.getDescription();
        lock.lock();
        try {
            told = true;
            boolean refusal = cut instanceof StatusRuntimeException
                    && (status.getCode() == Status.Code.PERMISSION_DENIED || status.getCode() == Status.Code.UNAUTHENTICATED);
            end(refusal ? "refused: " + status.getDescription() : why, true);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onCompleted() {
        end("the other end closed", false);
    }

    /** How many entries of a log wait or are on the way, roughly: 0 only if the other end holds everything. */
    public long behind(String log) {
        lock.lock();
        try {
            return lanes.stream().filter(l -> l.log().equals(log)).filter(SendLane::behind).mapToLong(l -> Math.max(1, l.waiting())).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the session with a reason that the other end is told. */
    public void end(String reason) {
        end(reason, false);
    }

    private void end(String reason, boolean alreadyTold) {
        lock.lock();
        try {
            if (over == null) {
                over = reason;
                told |= alreadyTold;
            }
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        end("closed");
        try {
            var unused = sender.join(Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
