package dev.skerry.kube.node;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Reads one container's log, the rotated part first, and follows it. Lines are those of the CRI: time, stream, {@code F} for a full line or {@code P} for a part of
 * one, text. Text goes out byte for byte.
 */
final class LogReader {

    private static final int BLOCK = 64 * 1024;
    private static final int LONGEST_LINE = 1 << 20;
    private static final int FRACTION = 9;
    private static final long LOOK_EVERY = 200;
    /** The runtime is asked less often than the file. */
    private static final int ASK_EVERY = 5;
    /** Who follows a log that says nothing may have gone without a word. */
    private static final Duration SILENCE = Duration.ofHours(4);

    private final Path file;
    private final PodLogs.Options options;
    private final BooleanSupplier runs;
    private final OutputStream out;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private long left;
    private boolean lineBegins = true;

    /** @param runs whether the container runs, so that more may come */
    LogReader(Path file, PodLogs.Options options, BooleanSupplier runs, OutputStream out) {
        this.file = file;
        this.options = options;
        this.runs = runs;
        this.out = new BufferedOutputStream(out, BLOCK);
        this.left = options.limitBytes() >= 0 ? options.limitBytes() : Long.MAX_VALUE;
    }

    void run() throws IOException, InterruptedException {
        long from = 0;
        var rotated = Path.of(file + ".1");
        long wanted = options.tailLines();
        if (wanted >= 0) {
            var start = tail(file, wanted);
            from = start.position();
            wanted -= start.lines();
        }
        if (Files.exists(rotated) && wanted != 0) {
            try (var in = open(rotated, wanted > 0 ? tail(rotated, wanted).position() : 0)) {
                copy(in);
            }
        }
        follow(from);
        out.flush();
    }

    /** @param lines how many there are from the position on */
    private record Start(long position, long lines) {}

    /** Where the last lines of a file begin. */
    private static Start tail(Path file, long wanted) throws IOException {
        if (!Files.exists(file)) {
            return new Start(0, 0);
        }
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            long length = in.length();
            if (wanted == 0) {
                return new Start(length, 0);
            }
            var block = new byte[BLOCK];
            long lines = 0;
            for (long end = length; end > 0; end -= BLOCK) {
                int size = (int) Math.min(BLOCK, end);
                in.seek(end - size);
                in.readFully(block, 0, size);
                for (int i = size - 1; i >= 0; i--) {
                    long at = end - size + i;
                    // The last byte ends the last line and does not begin one.
                    if (block[i] == '\n' && at < length - 1 && ++lines == wanted) {
                        return new Start(at + 1, lines);
                    }
                }
            }
            return new Start(0, length == 0 ? 0 : lines + 1);
        }
    }

    /** Copies from a position; with {@code follow} until the container has ended. A rotated file is left at its end for the new one. */
    private void follow(long from) throws IOException, InterruptedException {
        var in = open(file, from);
        try {
            var key = key(file);
            var heard = System.nanoTime();
            for (int round = 0; left > 0; round++) {
                // Asked before reading: what was written until the end is still read.
                boolean over = !options.follow() || round % ASK_EVERY == 0 && !runs.getAsBoolean();
                if (copy(in)) {
                    heard = System.nanoTime();
                    out.flush();
                }
                if (over || System.nanoTime() - heard > SILENCE.toNanos()) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY);
                var now = key(file);
                if (!now.equals(key)) {
                    copy(in);
                    in.close();
                    in = open(file, 0);
                    key = now;
                }
            }
        } finally {
            in.close();
        }
    }

    private static Optional<Object> key(Path file) throws IOException {
        return Files.exists(file) ? Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey()) : Optional.empty();
    }

    private static InputStream open(Path file, long from) throws IOException {
        if (!Files.exists(file)) {
            return InputStream.nullInputStream();
        }
        var in = Files.newInputStream(file);
        in.skipNBytes(Math.min(from, Files.size(file)));
        return in;
    }

    /** Answers whether there was anything. A line that was begun is kept for later. */
    private boolean copy(InputStream in) throws IOException {
        var block = new byte[BLOCK];
        var any = false;
        for (int got = in.read(block); got > 0 && left > 0; got = in.read(block)) {
            any = true;
            int start = 0;
            for (int i = 0; i < got && left > 0; i++) {
                if (block[i] == '\n' || begun.size() + i - start >= LONGEST_LINE) {
                    begun.write(block, start, i - start);
                    tell(begun.toByteArray());
                    begun.reset();
                    start = block[i] == '\n' ? i + 1 : i;
                }
            }
            begun.write(block, start, got - start);
        }
        return any;
    }

    private void tell(byte[] line) throws IOException {
        var spaces = spaces(line);
        if (spaces.size() < 2) {
            return;
        }
        var time = new String(line, 0, spaces.getFirst(), StandardCharsets.US_ASCII);
        var since = options.since();
        if (since.isPresent() && before(time, since.get())) {
            return;
        }
        int text = spaces.size() < 3 ? line.length : spaces.get(2) + 1;
        boolean whole = spaces.get(1) + 1 >= line.length || line[spaces.get(1) + 1] != 'P';
        if (options.timestamps() && lineBegins) {
            write((fixed(time) + " ").getBytes(StandardCharsets.US_ASCII), 0);
        }
        write(line, text);
        if (whole) {
            write(new byte[] {'\n'}, 0);
        }
        lineBegins = whole;
    }

    private static List<Integer> spaces(byte[] line) {
        var found = new ArrayList<Integer>(3);
        for (int i = 0; i < line.length && found.size() < 3; i++) {
            if (line[i] == ' ') {
                found.add(i);
            }
        }
        return found;
    }

    private void write(byte[] bytes, int from) throws IOException {
        int length = (int) Math.min(bytes.length - from, left);
        out.write(bytes, from, length);
        left -= length;
    }

    private static boolean before(String time, Instant since) {
        try {
            return OffsetDateTime.parse(time).toInstant().isBefore(since);
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** With nine digits of the second, as users are shown it. */
    static String fixed(String time) {
        int dot = time.indexOf('.');
        int zone = Math.max(time.indexOf('Z'), Math.max(time.lastIndexOf('+'), time.lastIndexOf('-')));
        if (zone < 19) {
            return time;
        }
        var digits = dot < 0 ? "" : time.substring(dot + 1, zone);
        var zeros = new char[Math.max(0, FRACTION - digits.length())];
        Arrays.fill(zeros, '0');
        return time.substring(0, dot < 0 ? zone : dot) + "." + digits + new String(zeros) + time.substring(zone);
    }
}
