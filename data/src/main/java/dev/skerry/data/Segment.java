package dev.skerry.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One file of the log and what memory knows of it: its series with their span of times, and every 64 KiB where a record
 * begins. Guarded by the log's state lock, the file's bytes apart.
 */
final class Segment {

    private static final int GRAIN = 64 * 1024;

    final Path path;
    /** The position of its first record. */
    final long first;
    /** Behind its last durable record. */
    long next;
    /** Durable bytes. */
    long size;

    long lastAppendMicros;
    final List<SeriesDef> series = new ArrayList<>();
    private long[] earliest = new long[8];
    private long[] latest = new long[8];

    private int blocks;
    private long[] blockOffset = new long[8];
    private long[] blockPosition = new long[8];
    private long[] blockEarliest = new long[8];
    private long[] blockLatest = new long[8];

    Segment(Path folder, long first) {
        this.path = folder.resolve("%020d.log".formatted(first));
        this.first = first;
        this.next = first;
    }

    /** A part of the file in which the wanted readings may be. */
    record Extent(Path path, long from, long to, List<SeriesDef> series) {}

    /** Is told a series' newest reading in a record. */
    interface Newest {
        void at(SeriesDef series, long time, long lastSequence);
    }

    /** Takes note of a sound frame that stands at {@code offset} in the file. */
    void index(Input body, long offset, int length, Newest newest) throws DamagedException {
        switch (body.u8()) {
            case Frames.SERIES -> {
                long number = body.unsigned();
                if (number != series.size()) {
                    throw new DamagedException("series: number " + number + " (expected: " + series.size() + ")");
                }
                addSeries(SeriesDef.read(body));
            }
            case Frames.RECORD -> indexRecord(body, offset, newest);
            default -> { }
        }
        size = offset + length;
    }

    private void addSeries(SeriesDef def) {
        int number = series.size();
        series.add(def);
        if (number == earliest.length) {
            earliest = Arrays.copyOf(earliest, number * 2);
            latest = Arrays.copyOf(latest, number * 2);
        }
        earliest[number] = Long.MAX_VALUE;
        latest[number] = Long.MIN_VALUE;
    }

    private void indexRecord(Input body, long offset, Newest newest) throws DamagedException {
        long position = body.unsigned();
        long appended = body.unsigned();
        if (blocks == 0 || offset - blockOffset[blocks - 1] >= GRAIN) {
            addBlock(offset, position);
        }
        int block = blocks - 1;
        while (body.left() > 0) {
            var part = body.slice(body.length());
            int number = (int) part.unsigned();
            long firstSequence = part.unsigned();
            long count = part.unsigned();
            long min = appended + part.signed();
            long max = min + part.unsigned();
            if (number >= series.size()) {
                throw new DamagedException("series: " + number + " (expected: less than " + series.size() + ")");
            }
            earliest[number] = Math.min(earliest[number], min);
            latest[number] = Math.max(latest[number], max);
            blockEarliest[block] = Math.min(blockEarliest[block], min);
            blockLatest[block] = Math.max(blockLatest[block], max);
            newest.at(series.get(number), max, firstSequence + count - 1);
        }
        lastAppendMicros = appended;
        next = position + 1;
    }

    private void addBlock(long offset, long position) {
        if (blocks == blockOffset.length) {
            int capacity = blocks * 2;
            blockOffset = Arrays.copyOf(blockOffset, capacity);
            blockPosition = Arrays.copyOf(blockPosition, capacity);
            blockEarliest = Arrays.copyOf(blockEarliest, capacity);
            blockLatest = Arrays.copyOf(blockLatest, capacity);
        }
        blockOffset[blocks] = offset;
        blockPosition[blocks] = position;
        blockEarliest[blocks] = Long.MAX_VALUE;
        blockLatest[blocks] = Long.MIN_VALUE;
        blocks++;
    }

    boolean empty() {
        return blocks == 0;
    }

    /** From where in the file to read for a position. */
    long offsetBefore(long position) {
        int found = Arrays.binarySearch(blockPosition, 0, blocks, position);
        int block = found >= 0 ? found : Math.max(0, -found - 2);
        return blockOffset[block];
    }

    /** Adds the stretches that may hold readings of {@code key} in {@code [from, to)}. */
    void extents(SeriesKey key, long from, long to, List<Extent> into) {
        boolean here = false;
        for (int i = 0; i < series.size() && !here; i++) {
            here = earliest[i] < to && latest[i] >= from && series.get(i).key().equals(key);
        }
        if (!here) {
            return;
        }
        List<SeriesDef> known = List.copyOf(series);
        for (int i = 0; i < blocks; i++) {
            if (blockEarliest[i] < to && blockLatest[i] >= from) {
                into.add(new Extent(path, blockOffset[i], i + 1 < blocks ? blockOffset[i + 1] : size, known));
            }
        }
    }
}
