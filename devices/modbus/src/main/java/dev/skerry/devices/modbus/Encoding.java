package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.RawValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How a value lies in registers: the most significant register first, or last if swapped; within a register always the
 * most significant byte first.
 *
 * @param length in registers
 */
record Encoding(Type type, int length, boolean swapped) {

    static final Encoding BOOL = new Encoding(Type.BOOL, 1, false);
    static final Encoding INT16 = new Encoding(Type.INT16, 1, false);

    private static final Pattern STRING = Pattern.compile("string\\(([0-9]{1,3})\\)");
    private static final String SWAPPED = "-swapped";
    /** The longest value that one request writes. */
    private static final int LONGEST_STRING = 246;

    enum Type {
        BOOL(1), INT16(1), UINT16(1), INT32(2), UINT32(2), INT64(4), FLOAT32(2), FLOAT64(4), STRING(0);

        private final int registers;

        Type(int registers) {
            this.registers = registers;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Encoding parse(String text) throws DriverException {
        var string = STRING.matcher(text);
        if (string.matches()) {
            var characters = Integer.parseInt(string.group(1));
            if (characters >= 1 && characters <= LONGEST_STRING && characters % 2 == 0) {
                return new Encoding(Type.STRING, characters / 2, false);
            }
        }
        var swapped = text.endsWith(SWAPPED);
        var word = swapped ? text.substring(0, text.length() - SWAPPED.length()) : text;
        for (var type : Type.values()) {
            if (type.registers > 0 && type.word().equals(word) && (!swapped || type.registers > 1)) {
                return new Encoding(type, type.registers, swapped);
            }
        }
        throw new DriverException(DriverException.Kind.BAD_ADDRESS, "encoding: " + text
                + " (expected: bool, int16, uint16, int32, uint32, int64, float32, float64 or string(N) with an even N of 2-"
                + LONGEST_STRING + "; of more than 16 bits also with -swapped)");
    }

    String text() {
        return type == Type.STRING ? "string(" + 2 * length + ")" : type.word() + (swapped ? SWAPPED : "");
    }

    /** @param at where the value's first byte is */
    RawValue decode(byte[] registers, int at) {
        var bytes = ByteBuffer.wrap(inOrder(Arrays.copyOfRange(registers, at, at + 2 * length)));
        return switch (type) {
            case BOOL -> new RawValue.Bit(bytes.getShort() != 0);
            case INT16 -> new RawValue.Whole(bytes.getShort());
            case UINT16 -> new RawValue.Whole(Short.toUnsignedInt(bytes.getShort()));
            case INT32 -> new RawValue.Whole(bytes.getInt());
            case UINT32 -> new RawValue.Whole(Integer.toUnsignedLong(bytes.getInt()));
            case INT64 -> new RawValue.Whole(bytes.getLong());
            case FLOAT32 -> new RawValue.Real(bytes.getFloat());
            case FLOAT64 -> new RawValue.Real(bytes.getDouble());
            case STRING -> text(bytes.array());
        };
    }

    private static RawValue text(byte[] bytes) {
        var end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new RawValue.Text(new String(bytes, 0, end, StandardCharsets.UTF_8));
    }

    /** @throws DriverException of kind BAD_ADDRESS if the value does not fit */
    byte[] encode(RawValue value) throws DriverException {
        var bytes = ByteBuffer.allocate(2 * length);
        switch (type) {
            case BOOL -> bytes.putShort((short) (value.bit() ? 1 : 0));
            case INT16 -> bytes.putShort((short) value.whole(Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> bytes.putShort((short) value.whole(0, 0xFFFF));
            case INT32 -> bytes.putInt((int) value.whole(Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> bytes.putInt((int) value.whole(0, 0xFFFF_FFFFL));
            case INT64 -> bytes.putLong(value.whole(Long.MIN_VALUE, Long.MAX_VALUE));
            case FLOAT32 -> bytes.putFloat((float) value.real());
            case FLOAT64 -> bytes.putDouble(value.real());
            case STRING -> bytes.put(text(value));
        }
        return inOrder(bytes.array());
    }

    /** The same either way: from the device's order to ours and back. */
    private byte[] inOrder(byte[] bytes) {
        if (!swapped) {
            return bytes;
        }
        var turned = new byte[bytes.length];
        for (int from = 0, to = bytes.length - 2; from < bytes.length; from += 2, to -= 2) {
            turned[to] = bytes[from];
            turned[to + 1] = bytes[from + 1];
        }
        return turned;
    }

    private byte[] text(RawValue value) throws DriverException {
        if (value instanceof RawValue.Text(var text)) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length <= 2 * length) {
                return bytes;
            }
        }
        throw value.unfit("text of at most " + 2 * length + " bytes");
    }
}
