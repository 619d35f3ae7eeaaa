package dev.skerry.streams.functions;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** Compresses or decompresses; one place of use keeps to the method of its first successful call. */
final class Compression implements Catalogue.Body {

    /** What one value may become: a small input can hold a very large output. */
    private static final int LARGEST = 16 << 20;
    private static final int LARGEST_STORED = 0xffff;
    /** What eKuiper's compressor reckons for the table of a block with codes of its own. */
    private static final int TABLE_BITS = 70 * 8;
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final boolean forward;
    private @Nullable String method;

    Compression(boolean forward) {
        this.forward = forward;
    }

    @Override
    public @Nullable Object apply(@Nullable Object[] args, Call call) {
        var verb = forward ? "compress" : "decompress";
        var bytes = switch (args[0]) {
            case null -> null;
            case byte[] v -> v;
            case String v -> v.getBytes(StandardCharsets.UTF_8);
            default -> throw new FunctionException("require string or bytea parameter, but got " + Printed.of(args[0]));
        };
        if (bytes == null) {
            return null;
        }
        var wanted = Printed.of(args[1]);
        if (method != null && !method.equals(wanted)) {
            throw new FunctionException(verb + " type must be consistent, previous " + method + ", now " + wanted);
        }
        if (!wanted.equals("zlib") && !wanted.equals("gzip") && !wanted.equals("flate")) {
            throw new FunctionException("unsupported " + verb + "or: " + wanted);
        }
        method = wanted;
        return forward ? compressed(bytes, wanted) : decompressed(bytes, wanted);
    }

    private static byte[] compressed(byte[] bytes, String method) {
        var out = new ByteArrayOutputStream();
        var body = body(bytes);
        switch (method) {
            case "zlib" -> {
                var adler = new Adler32();
                adler.update(bytes);
                out.write(0x78);
                out.write(0x9c);
                out.writeBytes(body);
                out.writeBytes(ByteBuffer.allocate(4).putInt((int) adler.getValue()).array());
            }
            case "gzip" -> {
                var crc = new CRC32();
                crc.update(bytes);
                out.writeBytes(GZIP_HEADER);
                out.writeBytes(body);
                out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt((int) crc.getValue()).putInt(bytes.length).array());
            }
            default -> out.writeBytes(body);
        }
        return out.toByteArray();
    }

    private static byte[] body(byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {1, 0, 0, (byte) 0xff, (byte) 0xff};
        }
        return isBetterStored(bytes) ? stored(bytes) : deflated(bytes);
    }

    /** Short texts without repetitions gain nothing: they are stored, as eKuiper does. */
    private static boolean isBetterStored(byte[] bytes) {
        if (bytes.length > LARGEST_STORED) {
            return false;
        }
        var seen = new HashSet<Integer>();
        for (var i = 0; i + 4 <= bytes.length; i++) {
            if (!seen.add(ByteBuffer.wrap(bytes, i, 4).getInt())) {
                return false;
            }
        }
        var counts = new int[256];
        for (var b : bytes) {
            counts[b & 0xff]++;
        }
        var bits = 0.0;
        for (var count : counts) {
            bits += count == 0 ? 0 : count * Math.log((double) bytes.length / count) / Math.log(2);
        }
        return bits + TABLE_BITS >= bytes.length * 8.0;
    }

    private static byte[] stored(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        out.write(0);
        out.write(bytes.length);
        out.write(bytes.length >> 8);
        out.write(~bytes.length);
        out.write(~bytes.length >> 8);
        out.writeBytes(bytes);
        // An empty last block.
        out.write(3);
        out.write(0);
        return out.toByteArray();
    }

    private static byte[] deflated(byte[] bytes) {
        var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            var out = new ByteArrayOutputStream();
            var buffer = new byte[4096];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static byte[] decompressed(byte[] bytes, String method) {
        var inflater = new Inflater(true);
        try (var in = opened(new ByteArrayInputStream(bytes), method, inflater)) {
            var out = in.readNBytes(LARGEST + 1);
            if (out.length > LARGEST) {
                throw new FunctionException("decompress: more than " + LARGEST + " bytes");
            }
            return out;
        } catch (IOException e) {
            throw new FunctionException("failed to decompress: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private static InputStream opened(InputStream in, String method, Inflater raw) throws IOException {
        return switch (method) {
            case "zlib" -> new InflaterInputStream(in);
            case "gzip" -> new GZIPInputStream(in);
            default -> new InflaterInputStream(in, raw);
        };
    }
}
