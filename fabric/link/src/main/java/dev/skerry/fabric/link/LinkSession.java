package dev.skerry.fabric.link;

import dev.skerry.fabric.link.wire.Digest;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Heartbeat;
import dev.skerry.fabric.link.wire.Hello;
import dev.skerry.fabric.link.wire.Position;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One connection between parent and child, the same at both ends. First both say hello, then each sends what the other
 * lacks, the more important log first. It has no thread of its own; whoever owns it calls {@link #tick} about each second.
 */
public final class LinkSession implements StreamObserver<Frame> {

    private static final Duration HELLO_WITHIN = Duration.ofSeconds(20);

    /** Who a session belongs to. Called one at a time, but for {@link #ended}, which comes once. */
    public interface Owner {
        /** The other end has said who it is. Whoever has not begun yet calls {@link #begin} and {@link #greet} now. */
        void hello(LinkSession session, Hello theirs) throws LinkException, IOException;

        /** How far the other end is may have changed. */
        void progressed(LinkSession session);

        /** The other end sent something that this version does not know and need not know. */
        void skipped(LinkSession session, String what);

        /** It is over. */
        void ended(LinkSession session, String reason);
    }

    private final Owner owner;
    private final LinkTuning tuning;
    private final Wire wire;
    private final Inbox inbox;
    private final Map<String, Incoming> incoming = new HashMap<>();
    private final Map<String, DigestParts> digests = new HashMap<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong silence = new AtomicLong();
    private final ReentrantLock hearing = new ReentrantLock();
    private final Condition heard = hearing.newCondition();
    private final AtomicBoolean greeted = new AtomicBoolean();
    private final AtomicBoolean opened = new AtomicBoolean();
    private final long begun = System.nanoTime();
    private volatile List<OutLane> lanes = List.of();
    private volatile @Nullable Hello theirs;
    private volatile long lastHeard = System.nanoTime();
    private volatile long roundTripNanos = -1;
    private boolean skippedBefore;

    /** @param executor commits what comes in; a virtual thread a task will do */
    public LinkSession(io.grpc.stub.CallStreamObserver<Frame> call, LinkTuning tuning, Executor executor, Owner owner) {
        this.owner = owner;
        this.tuning = tuning;
        silence.set(tuning.silenceNanos());
        wire = new Wire(call, this::nextEntry, this::lost);
        inbox = new Inbox(executor, new Inbox.Reader() {
            @Override
            public void committed(String log, LogPosition at) {
                wire.acknowledge(Frames.position(log, at));
            }

            @Override
            public void wants(String log, LogDigest digest, List<String> keys) {
                wire.control(Frames.want(log, digest, keys));
            }

            @Override
            public void failed(Exception e) {
                end(e instanceof LinkException ? String.valueOf(e.getMessage()) : "cannot store what came: " + e.getMessage());
            }
        });
    }

    /** Names the logs of this connection: those that go out, the most important first, and those that come in. */
    public void begin(List<? extends Outgoing> out, List<? extends Incoming> in) {
        in.forEach(log -> incoming.put(log.log(), log));
        lanes = out.stream().map(log -> new OutLane(log, tuning.window())).toList();
    }

    /** Says hello: what is set of who we are, and added to it what we hold. */
    public void greet(Hello.Builder hello) throws IOException {
        for (Incoming log : incoming.values()) {
            hello.addPositions(Frames.position(log.log(), log.position()));
        }
        for (OutLane lane : lanes) {
            hello.addHeads(Frames.position(lane.log().log(), lane.log().head()));
        }
        wire.control(Frame.newBuilder().setHello(hello).build());
        greeted.set(true);
        openLanes();
    }

    /** Something may be there to send: a log has changed, or the line has room. */
    public void wake() {
        wire.pump();
    }

    /** Sends a heartbeat when it is time, and ends what has been silent for too long. */
    public void tick() {
        long now = System.nanoTime();
        if (now - lastHeard > tuning.deadAfterNanos()) {
            end("no word for " + Duration.ofNanos(now - lastHeard).toSeconds() + "s (expected: a heartbeat at least each "
                    + tuning.heartbeatMax().toSeconds() + "s)");
        } else if (theirs == null && now - begun > HELLO_WITHIN.toNanos()) {
            end("no hello within " + HELLO_WITHIN.toSeconds() + "s");
        } else if (now - wire.lastSent() > silence.get()) {
            silence.set(tuning.silenceNanos());
            wire.control(Frames.heartbeat(now, false));
        }
    }

    /** Asks for a sign of life and waits for one. */
    public boolean alive(Duration within) throws InterruptedException {
        long before = System.nanoTime();
        wire.control(Frames.heartbeat(before, false));
        long left = within.toNanos();
        hearing.lock();
        try {
            while (!over.get() && lastHeard < before && left > 0) {
                left = heard.awaitNanos(left);
            }
            return !over.get() && lastHeard >= before;
        } finally {
            hearing.unlock();
        }
    }

    /** Ends the connection; the other end is told why. */
    public void end(String reason) {
        if (over.compareAndSet(false, true)) {
            wire.close(reason);
            finish(reason);
        }
    }

    private void lost(String why) {
        if (over.compareAndSet(false, true)) {
            finish(why);
        }
    }

    private void finish(String reason) {
        inbox.close();
        hearing.lock();
        try {
            heard.signalAll();
        } finally {
            hearing.unlock();
        }
        owner.ended(this, reason);
    }

    public boolean isOver() {
        return over.get();
    }

    /** Entries of a log that goes out which the other end has not acknowledged. */
    public long behind(String log) {
        return lanes.stream().filter(l -> l.log().log().equals(log)).mapToLong(OutLane::behind).sum();
    }

    /** The last measured round trip; negative if there was none. */
    public Duration roundTrip() {
        return Duration.ofNanos(roundTripNanos);
    }

    /** How long ago the other end was heard. */
    public Duration silent() {
        return Duration.ofNanos(System.nanoTime() - lastHeard);
    }

    @Override
    public void onNext(Frame frame) {
        if (over.get()) {
            return;
        }
        hear();
        try {
            receive(frame);
        } catch (LinkException e) {
            end(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            end("cannot read what we hold: " + e.getMessage());
        }
    }

    @Override
    public void onError(Throwable t) {
        var status = io.grpc.Status.fromThrowable(t);
        String what = status.getDescription();
        Throwable cause = status.getCause();
        lost(status.getCode() + (what == null ? "" : ": " + what) + (cause == null ? "" : ": " + cause.getMessage()));
    }

    @Override
    public void onCompleted() {
        lost("closed by the other end");
        wire.close(null);
    }

    private void hear() {
        hearing.lock();
        try {
            lastHeard = System.nanoTime();
            heard.signalAll();
        } finally {
            hearing.unlock();
        }
    }

    private void receive(Frame frame) throws LinkException, IOException {
        if (theirs == null && frame.getBodyCase() != Frame.BodyCase.HELLO && frame.getBodyCase() != Frame.BodyCase.REJECT) {
            throw new LinkException("frame: " + frame.getBodyCase() + " (expected: HELLO first)");
        }
        switch (frame.getBodyCase()) {
            case HELLO -> hello(frame.getHello());
            case ENTRY -> inbox.put(log(frame.getEntry().getLog()), Frames.entry(frame.getEntry()));
            case DIGEST -> digest(frame.getDigest());
            case WANT -> {
                lane(frame.getWant().getLog()).wanted(frame.getWant());
                wake();
            }
            case ACK -> {
                for (Position p : frame.getAck().getPositionsList()) {
                    lane(p.getLog()).acknowledged(Frames.position(p));
                }
                owner.progressed(this);
                wake();
            }
            case HEARTBEAT -> heartbeat(frame.getHeartbeat());
            case REJECT -> {
                lost("refused: " + frame.getReject().getReason());
                wire.close(null);
            }
            case BODY_NOT_SET -> unknown(frame);
        }
    }

    private void hello(Hello hello) throws LinkException, IOException {
        if (theirs != null) {
            throw new LinkException("frame: a second HELLO (expected: one)");
        }
        owner.hello(this, hello);
        theirs = hello;
        openLanes();
        owner.progressed(this);
    }

    /** Entries flow when both have said hello, in whichever order. */
    private void openLanes() {
        Hello hello = theirs;
        if (hello == null || !greeted.get() || !opened.compareAndSet(false, true)) {
            return;
        }
        for (OutLane lane : lanes) {
            for (Position held : hello.getPositionsList()) {
                if (held.getLog().equals(lane.log().log())) {
                    lane.open(Frames.position(held));
                }
            }
        }
        wire.control(Frames.heartbeat(System.nanoTime(), false));
    }

    private void digest(Digest part) throws LinkException {
        Incoming log = log(part.getLog());
        DigestParts parts = digests.computeIfAbsent(part.getLog(), l -> new DigestParts());
        LogDigest whole = parts.add(part);
        if (whole != null) {
            digests.remove(part.getLog());
            inbox.put(log, whole);
        }
    }

    private void heartbeat(Heartbeat beat) {
        if (beat.getAnswer()) {
            roundTripNanos = Math.max(0, System.nanoTime() - beat.getNonce());
            owner.progressed(this);
        } else {
            wire.answer(beat.getNonce());
        }
    }

    /** Versions differ by up to two: what is marked optional is skipped, once with a word. */
    private void unknown(Frame frame) throws LinkException {
        var fields = frame.getUnknownFields().asMap().keySet();
        if (fields.isEmpty() || fields.stream().anyMatch(n -> n < Wire.OPTIONAL)) {
            throw new LinkException("frame: of an unknown kind " + fields + " (expected: a kind that this version knows, or an optional one)");
        }
        if (!skippedBefore) {
            skippedBefore = true;
            owner.skipped(this, "frames of kind " + fields);
        }
    }

    private Incoming log(String name) throws LinkException {
        Incoming log = incoming.get(name);
        if (log == null) {
            throw new LinkException("log: " + name.substring(0, Math.min(64, name.length())) + " (expected: one of " + incoming.keySet() + ")");
        }
        return log;
    }

    private OutLane lane(String name) throws LinkException {
        for (OutLane lane : lanes) {
            if (lane.log().log().equals(name)) {
                return lane;
            }
        }
        throw new LinkException("log: " + name.substring(0, Math.min(64, name.length())) + " (expected: one that we send)");
    }

    private @Nullable Frame nextEntry() {
        if (!opened.get()) {
            return null;
        }
        for (OutLane lane : lanes) {
            Frame frame = lane.next();
            if (frame != null) {
                return frame;
            }
        }
        return null;
    }
}
