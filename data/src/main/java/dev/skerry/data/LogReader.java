package dev.skerry.data;

import dev.skerry.data.History.Bucket;
import dev.skerry.data.History.Point;
import dev.skerry.data.Segment.Extent;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Answers questions about history from the files, block by block. */
final class LogReader {

    private final LogState state;

    LogReader(LogState state) {
        this.state = state;
    }

    /** Is told readings in order of sequence. */
    interface Visitor {
        /** @return whether to go on */
        boolean visit(ValueType type, Columns columns, int i);
    }

    List<Point> range(SeriesKey series, long from, long to, int limit) {
        var found = new ArrayList<Point>();
        if (limit > 0) {
            scan(series, from, to, (type, columns, i) -> {
                found.add(new Point(LogState.instant(columns.times[i]), columns.firstSequence + i,
                        columns.value(type, i), columns.quality(i)));
                return found.size() < limit;
            });
        }
        return found;
    }

    List<Bucket> downsample(SeriesKey series, long from, long to, int buckets) {
        var sums = new Buckets(from, to, buckets);
        scan(series, from, to, (type, columns, i) -> {
            if (type != ValueType.STRING) {
                sums.add(columns.times[i], columns.bad(i), columns.bad(i) ? 0 : columns.number(type, i));
            }
            return true;
        });
        return sums.toList();
    }

    private void scan(SeriesKey series, long from, long to, Visitor visitor) {
        var columns = new Columns();
        try {
            for (Extent extent : state.extents(series, from, to)) {
                byte[] bytes;
                try {
                    bytes = bytes(extent.path(), extent.from(), (int) (extent.to() - extent.from()));
                } catch (NoSuchFileException e) {
                    // Retention was quicker.
                    continue;
                }
                if (!scan(bytes, extent.series(), series, from, to, columns, visitor)) {
                    return;
                }
            }
        } catch (IOException | DamagedException e) {
            throw new UncheckedIOException(new IOException("history of " + series + ": cannot be read", e));
        }
    }

    private static boolean scan(
            byte[] bytes, List<SeriesDef> defs, SeriesKey series, long from, long to, Columns columns, Visitor visitor)
            throws DamagedException {
        boolean[] wanted = new boolean[defs.size()];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = defs.get(i).key().equals(series);
        }
        int at = 0;
        for (int frame = length(bytes, at); frame > 0; frame = length(bytes, at)) {
            var body = Frames.body(bytes, at, frame);
            at += frame;
            if (body.u8() != Frames.RECORD) {
                continue;
            }
            body.unsigned();
            long base = body.unsigned();
            while (body.left() > 0) {
                var block = body.slice(body.length());
                int number = (int) block.unsigned();
                if (number >= wanted.length || !wanted[number]) {
                    continue;
                }
                ValueType type = defs.get(number).type();
                columns.read(block, type, base);
                for (int i = 0; i < columns.count; i++) {
                    if (columns.times[i] >= from && columns.times[i] < to && !visitor.visit(type, columns, i)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static int length(byte[] bytes, int at) {
        return Frames.lengthAt(bytes, at, bytes.length);
    }

    /** Up to {@code length} bytes of a file. */
    static byte[] bytes(Path file, long offset, int length) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var buffer = ByteBuffer.allocate(length);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position()) < 0) {
                    throw new EOFException(file.getFileName() + ": ends before " + (offset + length));
                }
            }
            return buffer.array();
        }
    }
}
