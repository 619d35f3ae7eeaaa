package dev.skerry.fabric.link;

import dev.skerry.fabric.link.wire.Frame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sending of one log in one session. Of the session's sender, under the session's lock; entries are references. */
final class SendLane {

    private static final int FRAME_OVERHEAD = 128;

    private final LogSource source;
    private final Window window;
    private final ArrayDeque<LogEntry> pending = new ArrayDeque<>();
    private final ArrayDeque<Frame> digestFrames = new ArrayDeque<>();
    private LogPosition sent;
    private @Nullable LogDigest waitsForWant;
    private boolean changed = true;

    SendLane(LogSource source, LogPosition held, long windowBytes) {
        this.source = source;
        this.sent = held;
        this.window = new Window(windowBytes);
    }

    String log() {
        return source.log();
    }

    void changed() {
        changed = true;
    }

    /** The next frame, if there is one and the window has room. */
    @Nullable Frame next() throws InterruptedException {
        if (!digestFrames.isEmpty()) {
            return digestFrames.removeFirst();
        }
        if (waitsForWant != null) {
            return null;
        }
        if (pending.isEmpty() && changed) {
            changed = false;
            switch (source.after(sent)) {
                case StateLog.Answer.Deltas(var entries) -> {
                    pending.addAll(entries);
                    changed = !entries.isEmpty();
                }
                case StateLog.Answer.Full(var digest) -> {
                    waitsForWant = digest;
                    digestFrames.addAll(Frames.digest(log(), digest));
                    return digestFrames.removeFirst();
                }
            }
        }
        var first = pending.peekFirst();
        if (first == null || !window.take(first.sequence(), (long) first.payload().length + FRAME_OVERHEAD, Duration.ZERO)) {
            return null;
        }
        pending.removeFirst();
        sent = new LogPosition(first.epoch(), first.sequence());
        return Frames.entry(log(), first);
    }

    /** The receiver has compared the digest: it asks for these, and holds the rest. */
    void wanted(String epoch, long sequence, Collection<String> keys) throws LinkException {
        var digest = waitsForWant;
        if (digest == null || !digest.epoch().equals(epoch) || digest.sequence() != sequence) {
            throw new LinkException("want: of a digest that was not sent");
        }
        waitsForWant = null;
        List<LogEntry> entries = source.wanted(digest, keys);
        if (entries.isEmpty() && !keys.isEmpty()) {
            sent = LogPosition.NONE; // Too much has changed meanwhile: another digest.
        } else {
            pending.addAll(entries);
            sent = new LogPosition(digest.epoch(), digest.sequence());
        }
        changed = true;
    }

    void acknowledged(LogPosition upTo) {
        if (upTo.epoch().equals(sent.epoch())) {
            window.acknowledged(upTo.sequence());
            source.acknowledged(upTo);
        }
    }

    /** Bytes on the way, or entries that wait. */
    boolean behind() {
        return waitsForWant != null || !pending.isEmpty() || window.outstanding() > 0;
    }

    int waiting() {
        return pending.size();
    }
}
