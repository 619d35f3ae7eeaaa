package dev.skerry.fabric.link;

import com.google.protobuf.ByteString;
import dev.skerry.fabric.link.wire.Digest;
import dev.skerry.fabric.link.wire.Entry;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Entries, digests and positions as frames, and back. */
final class Frames {

    private static final int LINES = 1_000;

    private Frames() {}

    static Frame entry(String log, LogEntry e) {
        return Frame.newBuilder()
                .setEntry(Entry.newBuilder()
                        .setLog(log).setEpoch(e.epoch()).setPrevious(e.previous()).setSequence(e.sequence())
                        .setKey(e.key()).setRevision(e.revision())
                        .setHash(ByteString.copyFrom(HexFormat.of().parseHex(e.hash())))
                        .setPayload(ByteString.copyFrom(e.payload()))
                        .setDeleted(e.deleted()))
                .build();
    }

    static LogEntry entry(Entry e) {
        return new LogEntry(
                e.getEpoch(), e.getPrevious(), e.getSequence(), e.getKey(), e.getRevision(),
                HexFormat.of().formatHex(e.getHash().toByteArray()), e.getPayload().toByteArray(), e.getDeleted());
    }

    /** In parts, so that no frame grows with the number of keys. */
    static List<Frame> digest(String log, LogDigest digest) {
        var frames = new ArrayList<Frame>();
        var part = begin(log, digest);
        for (Map.Entry<String, String> line : digest.hashes().entrySet()) {
            if (part.getLinesCount() == LINES) {
                frames.add(Frame.newBuilder().setDigest(part).build());
                part = begin(log, digest);
            }
            part.addLines(Digest.Line.newBuilder().setKey(line.getKey()).setHash(ByteString.copyFrom(HexFormat.of().parseHex(line.getValue()))));
        }
        frames.add(Frame.newBuilder().setDigest(part.setLast(true)).build());
        return frames;
    }

    private static Digest.Builder begin(String log, LogDigest digest) {
        return Digest.newBuilder().setLog(log).setEpoch(digest.epoch()).setSequence(digest.sequence()).setRestored(digest.restored());
    }

    static Position position(String log, LogPosition position) {
        return Position.newBuilder().setLog(log).setEpoch(position.epoch()).setSequence(position.sequence()).build();
    }

    static LogPosition position(Collection<Position> positions, String log) {
        return positions.stream().filter(p -> p.getLog().equals(log)).findFirst()
                .map(p -> new LogPosition(p.getEpoch(), p.getSequence())).orElse(LogPosition.NONE);
    }
}
