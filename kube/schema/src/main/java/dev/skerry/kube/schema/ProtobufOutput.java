package dev.skerry.kube.schema;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Fields in protobuf's wire format, one after the other. */
public final class ProtobufOutput extends ByteArrayOutputStream {

    private static final int LENGTH_DELIMITED = 2;
    private static final int EIGHT_BYTES = 1;

    /** A number or a truth, as a varint. */
    public void number(int field, long value) {
        varint((long) field << 3);
        varint(value);
    }

    public void text(int field, String text) {
        part(field, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A message within this one, or bytes. */
    public void part(int field, byte[] bytes) {
        varint((long) field << 3 | LENGTH_DELIMITED);
        varint(bytes.length);
        writeBytes(bytes);
    }

    /** A double's bits. */
    public void eightBytes(int field, long bits) {
        varint((long) field << 3 | EIGHT_BYTES);
        for (int i = 0; i < 8; i++) {
            write((int) (bits >>> (8 * i)));
        }
    }

    private void varint(long value) {
        var rest = value;
        while ((rest & ~0x7fL) != 0) {
            write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        write((int) rest);
    }
}
