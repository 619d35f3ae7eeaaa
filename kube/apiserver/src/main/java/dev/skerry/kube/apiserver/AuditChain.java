package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The chain through an audit log: each line has, among its annotations, its number and the SHA-256 of the line before, without its line feed. A line that is
 * changed, moved, inserted or removed shows at the next one, across files. What is cut off at the end does not show: compare the last hash with one that was noted elsewhere.
 */
public final class AuditChain {

    static final String SEQUENCE = "audit-chain/sequence";
    static final String PREVIOUS = "audit-chain/previous";
    static final String DROPPED = "audit-chain/dropped";
    private static final int MAX_LINE = 1 << 20;
    private static final Pattern NUMBERED = Pattern.compile(".*-([0-9]{12})\\.log");

    private AuditChain() {}

    /** Where a chain stands: number and hash of a line. */
    record Link(long sequence, String hash) {
        static final Link FIRST = new Link(0, "0".repeat(64));
    }

    /** @param bytes with the line feed */
    record Line(byte[] bytes, Link link) {}

    /**
     * What a check found.
     *
     * @param lines how many were read
     * @param first the number of the first one; more than 1 if older files have gone
     * @param last the number of the last one
     * @param hash of the last one, to be noted elsewhere
     * @param dropped events that found no room, as the lines tell
     * @param faults where the chain is broken: file, line, what is wrong
     */
    public record Report(long lines, long first, long last, String hash, long dropped, List<String> faults) {}

    static Line line(byte[] head, ObjectNode annotations, Link last) {
        var sequence = last.sequence() + 1;
        annotations.put(SEQUENCE, Long.toString(sequence)).put(PREVIOUS, last.hash());
        var out = new ByteArrayOutputStream(head.length + 256);
        out.write(head, 0, head.length - 1);
        out.writeBytes(",\"annotations\":".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(Bodies.write(annotations));
        out.write('}');
        var link = new Link(sequence, hash(out.toByteArray()));
        out.write('\n');
        return new Line(out.toByteArray(), link);
    }

    static String hash(byte[] line) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(line));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    /** The older parts of a log, oldest first. */
    static List<Path> parts(Path file) throws IOException {
        var name = file.getFileName().toString();
        var stem = (name.endsWith(".log") ? name.substring(0, name.length() - 4) : name) + "-";
        try (var all = Files.list(file.toAbsolutePath().getParent())) {
            return all.filter(p -> p.getFileName().toString().startsWith(stem) && NUMBERED.matcher(p.getFileName().toString()).matches()).sorted().toList();
        }
    }

    /** Checks the files in the order of their lines' numbers. */
    public static Report verify(List<Path> files) throws IOException {
        var numbered = new ArrayList<Path>(files);
        var first = new java.util.HashMap<Path, Long>();
        for (var file : files) {
            first.put(file, Files.size(file) == 0 ? Long.MAX_VALUE : firstSequence(file));
        }
        numbered.sort(Comparator.comparingLong(f -> first.getOrDefault(f, Long.MAX_VALUE)));
        var check = new Check();
        for (var file : numbered) {
            check.file(file);
        }
        return check.report();
    }

    private static final class Check {
        private final List<String> faults = new ArrayList<>();
        private long lines;
        private long begin;
        private long dropped;
        private Link last = Link.FIRST;

        void file(Path file) throws IOException {
            try (var in = new BufferedInputStream(Files.newInputStream(file))) {
                var number = 0;
                for (var line = next(in); line.length > 0; line = next(in)) {
                    number++;
                    line(file + ":" + number, line);
                }
            }
        }

        private void line(String where, byte[] line) {
            lines++;
            var annotations = annotations(line);
            var sequence = annotations.path(SEQUENCE).asLong(0);
            dropped += annotations.path(DROPPED).asLong(0);
            if (sequence <= 0) {
                fault(where + ": no line of the log (expected: an event with " + SEQUENCE + ")");
                last = new Link(last.sequence() + 1, hash(line));
                return;
            }
            if (lines == 1) {
                begin = sequence;
            } else if (sequence != last.sequence() + 1) {
                fault(where + ": number " + sequence + " (expected: " + (last.sequence() + 1) + "; "
                        + (sequence > last.sequence() ? (sequence - last.sequence() - 1) + " lines are missing before it)" : "it was moved or put in)"));
            } else if (!annotations.path(PREVIOUS).asText("").equals(last.hash())) {
                fault(where + ": the line before it, number " + last.sequence() + ", was changed (expected: hash " + annotations.path(PREVIOUS).asText("") + ", is " + last.hash() + ")");
            }
            last = new Link(sequence, hash(line));
        }

        private void fault(String text) {
            if (faults.size() < 1_000) {
                faults.add(text);
            }
        }

        Report report() {
            return new Report(lines, begin, last.sequence(), last.hash(), dropped, List.copyOf(faults));
        }
    }

    private static JsonNode annotations(byte[] line) {
        try {
            return Bodies.JSON.readTree(line).path("annotations");
        } catch (IOException e) {
            return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
        }
    }

    /** The next line without its line feed; empty at the end. */
    private static byte[] next(InputStream in) throws IOException {
        var out = new ByteArrayOutputStream(1_024);
        for (int b = in.read(); b >= 0 && b != '\n' && out.size() <= MAX_LINE; b = in.read()) {
            out.write(b);
        }
        return out.toByteArray();
    }

    static long firstSequence(Path file) throws IOException {
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            return annotations(next(in)).path(SEQUENCE).asLong(0);
        }
    }

    static Link lastLink(Path file) {
        try (var open = new RandomAccessFile(file.toFile(), "r")) {
            var size = (int) Math.min(open.length(), MAX_LINE);
            var tail = new byte[size];
            open.seek(open.length() - size);
            open.readFully(tail);
            var end = size > 0 && tail[size - 1] == '\n' ? size - 1 : size;
            var from = end;
            while (from > 0 && tail[from - 1] != '\n') {
                from--;
            }
            var line = java.util.Arrays.copyOfRange(tail, from, end);
            return new Link(annotations(line).path(SEQUENCE).asLong(0), hash(line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void cutTornLine(Path file) throws IOException {
        try (var open = new RandomAccessFile(file.toFile(), "rw")) {
            var end = open.length();
            while (end > 0) {
                open.seek(end - 1);
                if (open.read() == '\n') {
                    break;
                }
                end--;
            }
            open.setLength(end);
        }
    }
}
