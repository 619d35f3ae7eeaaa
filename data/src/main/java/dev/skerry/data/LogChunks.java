package dev.skerry.data;

import dev.skerry.data.Outbox.Chunk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts chunks out of the log for the way up: {@code version, from, to, series used (number, definition), records, CRC32C}.
 * The records' bytes go as they are on disk.
 */
final class LogChunks {

    static final int VERSION = 1;

    private static final int READ_AHEAD = 64 * 1024;

    private final LogState state;

    LogChunks(LogState state) {
        this.state = state;
    }

    private record Place(Path path, long first, long offset, long size, List<SeriesDef> series) {}

    /** At least one record, if one is durable in {@code [from, limit)}. */
    Optional<Chunk> read(String epoch, long from, long limit, int maxBytes) throws IOException {
        while (true) {
            var place = locate(from);
            if (place == null || place.first >= limit) {
                return Optional.empty();
            }
            try {
                var chunk = cut(epoch, from, limit, maxBytes, place);
                return chunk.to() > chunk.from() ? Optional.of(chunk) : Optional.empty();
            } catch (NoSuchFileException e) {
                // Retention was quicker: look again.
            } catch (DamagedException e) {
                throw new IOException("log " + place.path.getFileName() + ": damaged since it was opened", e);
            }
        }
    }

    private @Nullable Place locate(long from) {
        state.lock.lock();
        try {
            Segment segment = state.holding(from);
            return segment == null
                    ? null
                    : new Place(segment.path, Math.max(from, state.start()), segment.offsetBefore(from), segment.size,
                            List.copyOf(segment.series));
        } finally {
            state.lock.unlock();
        }
    }

    private static Chunk cut(String epoch, long from, long limit, int maxBytes, Place place) throws IOException, DamagedException {
        var records = new Output(Math.min(maxBytes, READ_AHEAD) + 1024);
        var used = new BitSet();
        long offset = place.offset;
        long to = place.first;
        int readings = 0;
        int count = 0;
        int window = READ_AHEAD + maxBytes;
        boolean full = false;
        while (!full && offset < place.size) {
            byte[] bytes = LogReader.bytes(place.path, offset, (int) Math.min(window, place.size - offset));
            int at = 0;
            int frame = Frames.lengthAt(bytes, at, bytes.length);
            if (frame < 0) {
                if (bytes.length == place.size - offset) {
                    throw new DamagedException("frame at " + offset);
                }
                window = Math.multiplyExact(window, 2);
                continue;
            }
            for (; frame > 0; frame = Frames.lengthAt(bytes, at, bytes.length)) {
                var body = Frames.body(bytes, at, frame);
                at += frame;
                if (body.u8() != Frames.RECORD) {
                    continue;
                }
                int begin = body.at;
                long position = body.unsigned();
                if (position < from) {
                    continue;
                }
                if (position >= limit || count > 0 && records.size + body.end - begin > maxBytes) {
                    full = true;
                    break;
                }
                records.unsigned(body.end - begin);
                records.raw(bytes, begin, body.end - begin);
                readings += look(body, used);
                count++;
                to = position + 1;
            }
            offset += at;
        }
        return new Chunk(epoch, place.first, to, readings, payload(place, to, used, count, records));
    }

    /** Notes the series of a record and counts its readings. */
    private static int look(Input body, BitSet used) throws DamagedException {
        body.unsigned();
        int readings = 0;
        while (body.left() > 0) {
            var block = body.slice(body.length());
            used.set((int) block.unsigned());
            block.unsigned();
            readings += (int) block.unsigned();
        }
        return readings;
    }

    private static byte[] payload(Place place, long to, BitSet used, int count, Output records) {
        var out = new Output(records.size + 64 * used.cardinality() + 64);
        out.u8(VERSION);
        out.unsigned(place.first);
        out.unsigned(to);
        out.unsigned(used.cardinality());
        for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
            out.unsigned(i);
            place.series.get(i).write(out);
        }
        out.unsigned(count);
        out.raw(records.bytes, 0, records.size);
        out.fixed32(Frames.crc(out.bytes, 0, out.size));
        return out.toBytes();
    }
}
