package dev.skerry.data;

import dev.skerry.data.History.SeriesInfo;
import dev.skerry.data.Segment.Extent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What is durable: the segments, their index, and how far each series has come. Its lock is never held during I/O. */
final class LogState {

    final ReentrantLock lock = new ReentrantLock();
    final Condition grown = lock.newCondition();
    final NavigableMap<Long, Segment> segments = new TreeMap<>();
    final Map<SeriesKey, Latest> latest = new HashMap<>();
    long end;

    /** The newest durable reading of a series. */
    static final class Latest {
        SeriesDef def;
        long time;
        long sequence;

        Latest(SeriesDef def) {
            this.def = def;
            this.time = Long.MIN_VALUE;
        }
    }

    /** Takes note of sound frames, which stand at {@code offset} in the segment's file; answers the readings' end. */
    void index(Segment segment, byte[] bytes, int length, long offset) throws DamagedException {
        int at = 0;
        while (at < length) {
            int frame = Frames.lengthAt(bytes, at, length);
            if (frame < 0) {
                throw new DamagedException("frame at " + (offset + at) + ": damaged");
            }
            segment.index(Frames.body(bytes, at, frame), offset + at, frame, this::newest);
            at += frame;
        }
        end = Math.max(end, segment.next);
    }

    void newest(SeriesDef def, long time, long sequence) {
        var known = latest.computeIfAbsent(def.key(), k -> new Latest(def));
        known.def = def;
        known.time = Math.max(known.time, time);
        known.sequence = Math.max(known.sequence, sequence);
    }

    long start() {
        return segments.isEmpty() ? end : segments.firstKey();
    }

    /** The segment that holds the position, or the next one that has any. */
    @Nullable Segment holding(long position) {
        var floor = segments.floorEntry(position);
        if (floor != null && floor.getValue().next > position) {
            return floor.getValue();
        }
        for (Segment segment : segments.tailMap(position, false).values()) {
            if (!segment.empty()) {
                return segment;
            }
        }
        return null;
    }

    long bytes() {
        long sum = 0;
        for (Segment segment : segments.values()) {
            sum += segment.size;
        }
        return sum;
    }

    List<Extent> extents(SeriesKey key, long from, long to) {
        lock.lock();
        try {
            var found = new ArrayList<Extent>();
            for (Segment segment : segments.values()) {
                segment.extents(key, from, to, found);
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    List<SeriesInfo> series(SeriesKey like, int limit) {
        lock.lock();
        try {
            var found = new ArrayList<SeriesInfo>();
            for (Latest one : latest.values()) {
                SeriesKey key = one.def.key();
                if (found.size() < limit && like.site().isEmpty() && matches(like.namespace(), key.namespace())
                        && matches(like.device(), key.device()) && matches(like.property(), key.property())) {
                    found.add(new SeriesInfo(
                            key, one.def.model(), one.def.type(), one.def.unit(), instant(one.time), one.sequence));
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    private static boolean matches(String wanted, String actual) {
        return wanted.isEmpty() || wanted.equals(actual);
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1000);
    }
}
