package dev.skerry.data;

import dev.skerry.data.Ingest.MalformedChunkException;
import dev.skerry.data.Outbox.Chunk;
import java.util.Arrays;

/** Takes apart what {@link LogChunks} made; the bytes come from outside and are believed in nothing. */
final class ChunkReader {

    private ChunkReader() {}

    /** Is told the readings of a chunk, series by series, record by record. */
    interface Sink<E extends Exception> {
        void accept(SeriesDef series, Columns columns) throws E;
    }

    /** @throws MalformedChunkException at the first thing that is wrong; the sink may have been told some by then */
    static <E extends Exception> void read(Chunk chunk, Sink<E> sink) throws MalformedChunkException, E {
        byte[] bytes = chunk.payload();
        int end = bytes.length - 4;
        if (end < 1 || Frames.crc(bytes, 0, end) != Input.fixed32(bytes, end)) {
            throw new MalformedChunkException("chunk.payload: CRC32C does not match " + bytes.length + " bytes");
        }
        if (bytes[0] != LogChunks.VERSION) {
            throw new MalformedChunkException("chunk.version: " + bytes[0] + " (expected: " + LogChunks.VERSION + ")");
        }
        try {
            readBody(chunk, new Input(bytes, 1, end), sink);
        } catch (DamagedException e) {
            throw new MalformedChunkException("chunk.payload: " + e.getMessage());
        }
    }

    private static <E extends Exception> void readBody(Chunk chunk, Input in, Sink<E> sink) throws DamagedException, E {
        long from = in.unsigned();
        long to = in.unsigned();
        if (from != chunk.from() || to != chunk.to() || from >= to || from < 0) {
            throw new DamagedException("range " + from + " to " + to + " (expected: " + chunk.from() + " to " + chunk.to() + ")");
        }
        int seriesCount = in.length();
        int[] numbers = new int[seriesCount];
        var series = new SeriesDef[seriesCount];
        for (int i = 0; i < seriesCount; i++) {
            numbers[i] = (int) in.unsigned();
            series[i] = SeriesDef.read(in);
            if (i > 0 && numbers[i] <= numbers[i - 1]) {
                throw new DamagedException("series number " + numbers[i] + " (expected: more than " + numbers[i - 1] + ")");
            }
        }
        var columns = new Columns();
        int records = in.length();
        for (int i = 0; i < records; i++) {
            var record = in.slice(in.length());
            long position = record.unsigned();
            if (position < from || position >= to) {
                throw new DamagedException("record at " + position + " (expected: " + from + " to " + to + ")");
            }
            long base = record.unsigned();
            while (record.left() > 0) {
                var block = record.slice(record.length());
                int found = Arrays.binarySearch(numbers, (int) block.unsigned());
                if (found < 0) {
                    throw new DamagedException("record at " + position + ": series without a definition");
                }
                columns.read(block, series[found].type(), base);
                if (columns.firstSequence < 1 || columns.firstSequence > Long.MAX_VALUE / 2) {
                    throw new DamagedException("sequence: " + columns.firstSequence + " (expected: 1 or more)");
                }
                sink.accept(series[found], columns);
            }
        }
        if (in.left() != 0) {
            throw new DamagedException("bytes: " + in.left() + " behind the last record");
        }
    }
}
