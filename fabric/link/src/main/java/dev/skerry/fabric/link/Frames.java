package dev.skerry.fabric.link;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.skerry.fabric.link.wire.Ack;
import dev.skerry.fabric.link.wire.Digest;
import dev.skerry.fabric.link.wire.Entry;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Heartbeat;
import dev.skerry.fabric.link.wire.Position;
import dev.skerry.fabric.link.wire.Reject;
import dev.skerry.fabric.link.wire.Want;
import java.util.Collection;
import java.util.HexFormat;

/** Frames from what they say, and back. What comes from the line is checked against the limits here. */
final class Frames {

    /** Keys are names of objects. */
    static final int LONGEST_KEY = 512;

    /** One object's manifests; an API takes no larger ones. */
    static final int LARGEST_PAYLOAD = 4 << 20;

    /** Keys of one log at one site. */
    static final int MOST_KEYS = 50_000;

    private static final HexFormat HEX = HexFormat.of();

    private Frames() {}

    static Frame entry(String log, LogEntry e) {
        return Frame.newBuilder()
                .setEntry(Entry.newBuilder()
                        .setLog(log)
                        .setEpoch(e.epoch())
                        .setPrevious(e.previous())
                        .setSequence(e.sequence())
                        .setKey(e.key())
                        .setRevision(e.revision())
                        .setHash(ByteString.copyFrom(HEX.parseHex(e.hash())))
                        .setPayload(UnsafeByteOperations.unsafeWrap(e.payload()))
                        .setDeleted(e.deleted()))
                .build();
    }

    static LogEntry entry(Entry e) throws LinkException {
        if (e.getKey().isEmpty() || e.getKey().length() > LONGEST_KEY) {
            throw new LinkException("entry.key: " + e.getKey().length() + " characters (expected: 1-" + LONGEST_KEY + ")");
        }
        if (e.getPayload().size() > LARGEST_PAYLOAD) {
            throw new LinkException("entry " + e.getKey() + ": " + e.getPayload().size() + " bytes (expected: at most " + LARGEST_PAYLOAD + ")");
        }
        byte[] payload = e.getPayload().toByteArray();
        String hash = HEX.formatHex(e.getHash().toByteArray());
        if (!hash.equals(e.getDeleted() ? "" : StateLog.hash(payload))) {
            throw new LinkException("entry " + e.getKey() + ": damaged (expected: a payload that fits its hash)");
        }
        return new LogEntry(e.getEpoch(), e.getPrevious(), e.getSequence(), e.getKey(), e.getRevision(), hash, payload, e.getDeleted());
    }

    static Frame want(String log, LogDigest digest, Collection<String> keys) {
        return Frame.newBuilder()
                .setWant(Want.newBuilder().setLog(log).setEpoch(digest.epoch()).setSequence(digest.sequence()).addAllKeys(keys))
                .build();
    }

    static Digest.Builder digest(String log, LogDigest d) {
        return Digest.newBuilder()
                .setLog(log)
                .setEpoch(d.epoch())
                .setSequence(d.sequence())
                .setRestored(d.restored())
                .setAccepted(d.accepted());
    }

    static Digest.Line line(String key, LogDigest.Line line) {
        return Digest.Line.newBuilder()
                .setKey(key)
                .setRevision(line.revision())
                .setHash(ByteString.copyFrom(HEX.parseHex(line.hash())))
                .build();
    }

    static LogDigest.Line line(Digest.Line line) {
        return new LogDigest.Line(line.getRevision(), HEX.formatHex(line.getHash().toByteArray()));
    }

    static Position position(String log, LogPosition at) {
        return Position.newBuilder().setLog(log).setEpoch(at.epoch()).setSequence(at.sequence()).build();
    }

    static LogPosition position(Position p) {
        return new LogPosition(p.getEpoch(), p.getSequence());
    }

    static Frame ack(Collection<Position> positions) {
        return Frame.newBuilder().setAck(Ack.newBuilder().addAllPositions(positions)).build();
    }

    static Frame heartbeat(long nonce, boolean answer) {
        return Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setNonce(nonce).setAnswer(answer)).build();
    }

    static Frame reject(String reason) {
        return Frame.newBuilder().setReject(Reject.newBuilder().setReason(reason)).build();
    }
}
