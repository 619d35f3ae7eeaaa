package dev.skerry.streams;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows as JSON in UTF-8, in one buffer that is used again. Columns without a value are left out. One thread. */
final class RowJson {

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final byte[][] names;
    private byte[] out = new byte[256];
    private int size;

    RowJson(List<String> columns) {
        names = columns.stream().map(c -> {
            var one = new RowJson(List.of());
            one.quoted(c);
            one.put(':');
            return one.copy();
        }).toArray(byte[][]::new);
    }

    /** Begins anew. */
    RowJson clear() {
        size = 0;
        return this;
    }

    int size() {
        return size;
    }

    byte[] copy() {
        return Arrays.copyOf(out, size);
    }

    RowJson put(char ascii) {
        room(1);
        out[size++] = (byte) ascii;
        return this;
    }

    /** A text as it is. */
    RowJson text(String s) {
        raw(s.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** @param only the columns that are asked for, or null for all */
    RowJson row(@Nullable Object[] row, boolean @Nullable [] only) {
        put('{');
        boolean first = true;
        for (int i = 0; i < row.length; i++) {
            var value = row[i];
            if (value == null || only != null && !only[i]) {
                continue;
            }
            if (!first) {
                put(',');
            }
            first = false;
            raw(names[i]);
            value(value);
        }
        return put('}');
    }

    private void value(@Nullable Object value) {
        switch (value) {
            case null -> ascii("null");
            case String s -> quoted(s);
            case Double d -> real(d);
            case Long l -> whole(l);
            case Boolean b -> ascii(b ? "true" : "false");
            case List<?> l -> {
                put('[');
                for (int i = 0; i < l.size(); i++) {
                    if (i > 0) {
                        put(',');
                    }
                    value(l.get(i));
                }
                put(']');
            }
            case Map<?, ?> m -> {
                put('{');
                boolean first = true;
                for (var e : m.entrySet()) {
                    if (!first) {
                        put(',');
                    }
                    first = false;
                    quoted(String.valueOf(e.getKey()));
                    put(':');
                    value(e.getValue());
                }
                put('}');
            }
            case byte[] b -> quoted(Base64.getEncoder().encodeToString(b));
            case Duration d -> whole(d.toNanos());
            case Number n -> ascii(n.toString());
            default -> quoted(value.toString());
        }
    }

    private void real(double d) {
        if (!Double.isFinite(d)) {
            ascii("null");
        } else if (d == Math.rint(d) && Math.abs(d) < 1e15) {
            whole((long) d);
        } else {
            double tenths = d * 1000;
            if (Math.abs(tenths) < 1e15 && tenths == Math.rint(tenths) && tenths / 1000 == d) {
                thousandths((long) tenths);
            } else {
                ascii(Double.toString(d));
            }
        }
    }

    /** Most readings have at most three decimals. */
    private void thousandths(long n) {
        if (n < 0) {
            put('-');
        }
        long abs = Math.abs(n);
        whole(abs / 1000);
        int rest = (int) (abs % 1000);
        put('.');
        put((char) ('0' + rest / 100));
        if (rest % 100 != 0) {
            put((char) ('0' + rest / 10 % 10));
            if (rest % 10 != 0) {
                put((char) ('0' + rest % 10));
            }
        }
    }

    private void whole(long n) {
        if (n == Long.MIN_VALUE) {
            ascii("-9223372036854775808");
            return;
        }
        if (n < 0) {
            put('-');
        }
        long abs = Math.abs(n);
        int digits = 1;
        for (long rest = abs; rest >= 10; rest /= 10) {
            digits++;
        }
        room(digits);
        for (int i = size + digits - 1; i >= size; i--) {
            out[i] = (byte) ('0' + abs % 10);
            abs /= 10;
        }
        size += digits;
    }

    private void quoted(String s) {
        put('"');
        room(s.length() * 3);
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c >= ' ' && c < 0x80 && c != '"' && c != '\\') {
                put(c);
            } else if (c < 0x80) {
                escaped(c);
            } else {
                int to = Character.isHighSurrogate(c) && i + 1 < s.length() ? i + 2 : i + 1;
                raw(s.substring(i, to).getBytes(StandardCharsets.UTF_8));
                i = to - 1;
            }
        }
        put('"');
    }

    private void escaped(char c) {
        put('\\');
        switch (c) {
            case '"', '\\' -> put(c);
            case '\n' -> put('n');
            case '\r' -> put('r');
            case '\t' -> put('t');
            default -> {
                ascii("u00");
                put((char) DIGITS[c >> 4]);
                put((char) DIGITS[c & 15]);
            }
        }
    }

    private void ascii(String s) {
        room(s.length());
        for (int i = 0; i < s.length(); i++) {
            out[size++] = (byte) s.charAt(i);
        }
    }

    private void raw(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, out, size, bytes.length);
        size += bytes.length;
    }

    private void room(int more) {
        if (size + more > out.length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
        }
    }
}
