package dev.skerry.data;

import java.nio.charset.StandardCharsets;

/** Reads what {@link Output} wrote, and never beyond its end, whatever the bytes say. */
final class Input {

    final byte[] bytes;
    int at;
    final int end;

    Input(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    int left() {
        return end - at;
    }

    int u8() throws DamagedException {
        need(1);
        return bytes[at++] & 0xFF;
    }

    static int fixed32(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | (bytes[at + 3] & 0xFF) << 24;
    }

    long unsigned() throws DamagedException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new DamagedException("number: longer than 10 bytes");
    }

    long signed() throws DamagedException {
        long value = unsigned();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A count or length that cannot be more than the bytes that are left. */
    int length() throws DamagedException {
        long value = unsigned();
        if (value < 0 || value > left()) {
            throw new DamagedException("length: " + value + " (expected: at most " + left() + ")");
        }
        return (int) value;
    }

    String text() throws DamagedException {
        int length = length();
        var text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    /** The next {@code length} bytes as an input of their own. */
    Input slice(int length) throws DamagedException {
        need(length);
        var part = new Input(bytes, at, at + length);
        at += length;
        return part;
    }

    private void need(int count) throws DamagedException {
        if (count < 0 || count > left()) {
            throw new DamagedException("bytes: " + left() + " left (expected: " + count + ")");
        }
    }
}
