package dev.skerry.data;

import java.util.zip.CRC32C;

/**
 * What a segment file is made of: {@code length, CRC32C of the body, body}. A body begins with its kind.
 *
 * <pre>
 * 0 header  version, epoch, position of the first record
 * 1 series  number within this file, definition
 * 2 record  position, time of appending (micros), then for each series: length of block, number, columns
 * </pre>
 */
final class Frames {

    static final int HEADER = 0;
    static final int SERIES = 1;
    static final int RECORD = 2;
    static final int VERSION = 1;
    static final int HEAD = 8;

    private static final int LONGEST = 1 << 28;

    private Frames() {}

    /** Begins a frame; answers where, for {@link #end}. */
    static int begin(Output out, int kind) {
        int at = out.size;
        out.fixed32(0);
        out.fixed32(0);
        out.u8(kind);
        return at;
    }

    static void end(Output out, int begin) {
        int length = out.size - begin - HEAD;
        out.set32(begin, length);
        out.set32(begin + 4, crc(out.bytes, begin + HEAD, length));
    }

    /** The length of the whole frame at {@code at}, or -1 if no sound one is there. */
    static int lengthAt(byte[] bytes, int at, int limit) {
        if (limit - at < HEAD + 1) {
            return -1;
        }
        int length = Input.fixed32(bytes, at);
        if (length < 1 || length > LONGEST || length > limit - at - HEAD) {
            return -1;
        }
        return crc(bytes, at + HEAD, length) == Input.fixed32(bytes, at + 4) ? HEAD + length : -1;
    }

    /** Where the next sound frame begins at or behind {@code at}, or -1. */
    static int next(byte[] bytes, int at, int limit) {
        for (int i = at; i < limit; i++) {
            if (lengthAt(bytes, i, limit) > 0) {
                return i;
            }
        }
        return -1;
    }

    static Input body(byte[] bytes, int at, int frameLength) {
        return new Input(bytes, at + HEAD, at + frameLength);
    }

    static int crc(byte[] bytes, int at, int length) {
        var crc = new CRC32C();
        crc.update(bytes, at, length);
        return (int) crc.getValue();
    }
}
