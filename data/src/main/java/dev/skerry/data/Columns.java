package dev.skerry.data;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Readings of one series, one after another: the unit in which a record is written and read. Reused, one thread. */
final class Columns {

    private static final Quality[] QUALITIES = Quality.values();
    private static final int GOOD = Quality.GOOD.ordinal();
    private static final int BAD = Quality.BAD.ordinal();

    int count;
    long firstSequence;
    long[] times = new long[16];
    byte[] qualities = new byte[16];
    /** A double's bits, an integer, or 0 and 1. */
    long[] numbers = new long[16];

    String[] texts = new String[16];

    void clear(long first) {
        count = 0;
        firstSequence = first;
    }

    /** Makes room for one more reading and answers where it goes. */
    int add() {
        ensure(count + 1);
        return count++;
    }

    private void ensure(int size) {
        if (size > times.length) {
            int capacity = Math.max(size, times.length * 2);
            times = Arrays.copyOf(times, capacity);
            qualities = Arrays.copyOf(qualities, capacity);
            numbers = Arrays.copyOf(numbers, capacity);
            texts = Arrays.copyOf(texts, capacity);
        }
    }

    boolean bad(int i) {
        return qualities[i] == BAD;
    }

    Quality quality(int i) {
        return QUALITIES[qualities[i]];
    }

    double number(ValueType type, int i) {
        return type == ValueType.FLOAT ? Double.longBitsToDouble(numbers[i]) : numbers[i];
    }

    Object value(ValueType type, int i) {
        if (bad(i)) {
            return "";
        }
        return switch (type) {
            case FLOAT -> Double.longBitsToDouble(numbers[i]);
            case INTEGER -> numbers[i];
            case BOOLEAN -> numbers[i] != 0;
            case STRING -> texts[i];
        };
    }

    /** Writes {@code first sequence, count, earliest, span, times unless all are one, qualities unless all good, values}. */
    void write(Output out, ValueType type, long baseTime) {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        boolean allGood = true;
        for (int i = 0; i < count; i++) {
            min = Math.min(min, times[i]);
            max = Math.max(max, times[i]);
            allGood &= qualities[i] == GOOD;
        }
        out.unsigned(firstSequence);
        out.unsigned(count);
        out.signed(min - baseTime);
        out.unsigned(max - min);
        if (max != min) {
            long before = min;
            for (int i = 0; i < count; i++) {
                out.signed(times[i] - before);
                before = times[i];
            }
        }
        out.u8(allGood ? 0 : 1);
        if (!allGood) {
            out.raw(qualities, 0, count);
        }
        writeValues(out, type);
    }

    private void writeValues(Output out, ValueType type) {
        long before = 0;
        String word = null;
        for (int i = 0; i < count; i++) {
            if (qualities[i] == BAD) {
                continue;
            }
            switch (type) {
                case FLOAT -> {
                    writeXor(out, numbers[i] ^ before);
                    before = numbers[i];
                }
                case INTEGER -> {
                    out.signed(numbers[i] - before);
                    before = numbers[i];
                }
                case BOOLEAN -> out.u8((int) numbers[i]);
                case STRING -> {
                    boolean same = texts[i].equals(word);
                    out.u8(same ? 0 : 1);
                    if (!same) {
                        word = texts[i];
                        out.text(word);
                    }
                }
            }
        }
    }

    /** One byte tells how many zero bytes lead and trail, then come the bytes between. */
    private static void writeXor(Output out, long xor) {
        if (xor == 0) {
            out.u8(0x80);
            return;
        }
        int lead = Long.numberOfLeadingZeros(xor) >>> 3;
        int trail = Long.numberOfTrailingZeros(xor) >>> 3;
        out.u8(lead << 4 | trail);
        for (int i = trail; i < 8 - lead; i++) {
            out.u8((int) (xor >>> (i << 3)));
        }
    }

    private static long readXor(Input in) throws DamagedException {
        int head = in.u8();
        int lead = head >>> 4;
        int trail = head & 15;
        if (lead + trail > 8) {
            throw new DamagedException("float: head " + head + " (expected: at most 8 zero bytes)");
        }
        long xor = 0;
        for (int i = trail; i < 8 - lead; i++) {
            xor |= (long) in.u8() << (i << 3);
        }
        return xor;
    }

    /** Reads a block behind its series id. */
    void read(Input in, ValueType type, long baseTime) throws DamagedException {
        firstSequence = in.unsigned();
        count = 0;
        int readings = in.length();
        ensure(readings);
        long min = baseTime + in.signed();
        long span = in.unsigned();
        long before = min;
        for (int i = 0; i < readings; i++) {
            before = span == 0 ? min : before + in.signed();
            times[i] = before;
        }
        int allGood = in.u8();
        if (allGood == 0) {
            Arrays.fill(qualities, 0, readings, (byte) GOOD);
        } else {
            for (int i = 0; i < readings; i++) {
                int quality = in.u8();
                if (quality >= QUALITIES.length) {
                    throw new DamagedException("quality: " + quality + " (expected: 0-" + (QUALITIES.length - 1) + ")");
                }
                qualities[i] = (byte) quality;
            }
        }
        readValues(in, type, readings);
        count = readings;
    }

    private void readValues(Input in, ValueType type, int readings) throws DamagedException {
        long before = 0;
        @Nullable String word = null;
        for (int i = 0; i < readings; i++) {
            if (qualities[i] == BAD) {
                continue;
            }
            switch (type) {
                case FLOAT -> numbers[i] = before ^= readXor(in);
                case INTEGER -> numbers[i] = before += in.signed();
                case BOOLEAN -> numbers[i] = in.u8();
                case STRING -> {
                    if (in.u8() != 0) {
                        word = in.text();
                    } else if (word == null) {
                        throw new DamagedException("text: repeats nothing");
                    }
                    texts[i] = word;
                }
            }
        }
    }
}
