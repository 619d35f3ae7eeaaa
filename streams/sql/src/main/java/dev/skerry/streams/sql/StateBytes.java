package dev.skerry.streams.sql;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Plain values in bytes, behind a checksum: numbers, texts, booleans, times, lists and maps. */
public final class StateBytes {

    private static final int MAGIC = 0x534b5131;
    private static final int DEEPEST = 200;

    private StateBytes() {}

    /** @throws IllegalStateException if something in it is no plain value */
    public static byte[] write(Map<String, ?> values) {
        try {
            var body = new ByteArrayOutputStream();
            var out = new DataOutputStream(body);
            write(out, values);
            var whole = new ByteArrayOutputStream();
            var head = new DataOutputStream(whole);
            head.writeInt(MAGIC);
            head.writeLong(crc(body.toByteArray()));
            body.writeTo(whole);
            return whole.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long crc(byte[] body) {
        var crc = new CRC32();
        crc.update(body);
        return crc.getValue();
    }

    /** @throws IOException if the bytes are damaged or of another form */
    public static Map<String, Object> read(byte[] bytes) throws IOException {
        if (bytes.length < 12) {
            throw new IOException("a checkpoint of " + bytes.length + " bytes (expected: more)");
        }
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        int magic = in.readInt();
        long crc = in.readLong();
        var body = in.readAllBytes();
        if (magic != MAGIC || crc != crc(body)) {
            throw new IOException("a damaged checkpoint (expected: one with its checksum)");
        }
        var values = new LinkedHashMap<String, Object>();
        if (read(new DataInputStream(new ByteArrayInputStream(body)), 0) instanceof Map<?, ?> all) {
            all.forEach((k, v) -> values.put(String.valueOf(k), v));
        }
        return values;
    }

    private static void write(DataOutputStream out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte('n');
            case Boolean b -> out.writeByte(b ? 't' : 'f');
            case Double d -> {
                out.writeByte('d');
                out.writeDouble(d);
            }
            case Number n -> {
                out.writeByte('l');
                out.writeLong(n.longValue());
            }
            case String s -> {
                out.writeByte('s');
                text(out, s);
            }
            case byte[] b -> {
                out.writeByte('b');
                out.writeInt(b.length);
                out.write(b);
            }
            case ZonedDateTime t -> {
                out.writeByte('z');
                out.writeLong(t.toEpochSecond());
                out.writeInt(t.getNano());
                text(out, t.getZone().getId());
            }
            case Duration d -> {
                out.writeByte('p');
                out.writeLong(d.toNanos());
            }
            case List<?> l -> {
                out.writeByte('[');
                out.writeInt(l.size());
                for (var e : l) {
                    write(out, e);
                }
            }
            case Map<?, ?> m -> {
                out.writeByte('{');
                out.writeInt(m.size());
                for (var e : m.entrySet()) {
                    text(out, String.valueOf(e.getKey()));
                    write(out, e.getValue());
                }
            }
            case CallCompiler.Chosen c -> write(out, c.columns());
            default -> throw new IOException("state of " + value.getClass() + " (expected: plain values)");
        }
    }

    private static void text(DataOutputStream out, String s) throws IOException {
        var bytes = s.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private static @Nullable Object read(DataInputStream in, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("a checkpoint nested deeper than " + DEEPEST);
        }
        int tag = in.readByte();
        return switch (tag) {
            case 'n' -> null;
            case 't' -> true;
            case 'f' -> false;
            case 'd' -> in.readDouble();
            case 'l' -> in.readLong();
            case 's' -> text(in);
            case 'b' -> in.readNBytes(in.readInt());
            case 'z' -> {
                var instant = Instant.ofEpochSecond(in.readLong(), in.readInt());
                yield instant.atZone(ZoneId.of(text(in)));
            }
            case 'p' -> Duration.ofNanos(in.readLong());
            case '[' -> {
                int n = in.readInt();
                var all = new ArrayList<@Nullable Object>();
                for (int i = 0; i < n; i++) {
                    all.add(read(in, depth + 1));
                }
                yield all;
            }
            case '{' -> {
                int n = in.readInt();
                var all = new LinkedHashMap<String, @Nullable Object>();
                for (int i = 0; i < n; i++) {
                    all.put(text(in), read(in, depth + 1));
                }
                yield all;
            }
            default -> throw new IOException("tag " + tag + " in a checkpoint");
        };
    }
}
