package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.ContainerStatus;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads the logs of containers from their files. */
final class PodLogs {

    private static final int LONGEST_LINE = 1 << 20;
    private static final int MOST_TAIL = 1_000_000;
    private static final long LOOK_EVERY = 200;

    private final NodePlace place;
    private final Cri cri;
    private final InstantSource clock;

    PodLogs(NodePlace place, Cri cri, InstantSource clock) {
        this.place = place;
        this.cri = cri;
        this.clock = clock;
    }

    /** @param tailLines, sinceSeconds, limitBytes -1 if not given */
    record Options(boolean follow, boolean previous, boolean timestamps, long tailLines, long sinceSeconds, long limitBytes) {}

    void write(String namespace, String pod, String uid, String container, Options options, OutputStream out) throws IOException, InterruptedException {
        var attempts = PodState.of(cri, uid).attempts(container);
        var wanted = attempts.stream().skip(options.previous() ? 1 : 0).findFirst();
        if (wanted.isEmpty()) {
            throw new IOException(options.previous()
                    ? "previous terminated container \"" + container + "\" in pod \"" + pod + "\" not found"
                    : "container \"" + container + "\" in pod \"" + pod + "\" is waiting to start: ContainerCreating");
        }
        var file = place.logs(namespace, pod, uid).resolve(container).resolve(wanted.get().getMetadata().getAttempt() + ".log");
        new Reading(options, out).run(file, wanted.get());
    }

    private final class Reading {
        private final Options options;
        private final OutputStream out;
        private final Instant since;
        private long left;
        private boolean lineBegins = true;

        Reading(Options options, OutputStream out) {
            this.options = options;
            this.out = out;
            since = options.sinceSeconds() >= 0 ? clock.instant().minusSeconds(options.sinceSeconds()) : Instant.MIN;
            left = options.limitBytes() >= 0 ? options.limitBytes() : Long.MAX_VALUE;
        }

        void run(Path file, ContainerStatus container) throws IOException, InterruptedException {
            if (options.tailLines() >= 0) {
                tail(file, container);
                return;
            }
            var rotated = Path.of(file + ".1");
            if (Files.exists(rotated)) {
                try (var in = open(rotated)) {
                    copy(in);
                }
            }
            follow(file, container, 0);
        }

        private void tail(Path file, ContainerStatus container) throws IOException, InterruptedException {
            var kept = new ArrayDeque<String>();
            long read = 0;
            for (var one : List.of(Path.of(file + ".1"), file)) {
                if (Files.exists(one)) {
                    try (var in = open(one)) {
                        for (var line = line(in); line.isPresent(); line = line(in)) {
                            kept.addLast(line.get());
                            if (kept.size() > Math.min(options.tailLines(), MOST_TAIL)) {
                                kept.removeFirst();
                            }
                            read += one.equals(file) ? line.get().getBytes(StandardCharsets.UTF_8).length + 1 : 0;
                        }
                    }
                }
            }
            for (var line : kept) {
                tell(line);
            }
            if (options.follow()) {
                follow(file, container, read);
            } else {
                out.flush();
            }
        }

        /** Copies from a position; with {@code follow} until the container has ended. A rotated file is left at its end for the new one. */
        private void follow(Path file, ContainerStatus container, long from) throws IOException, InterruptedException {
            var in = Files.exists(file) ? open(file) : InputStream.nullInputStream();
            try {
                in.skipNBytes(from);
                var key = key(file);
                while (left > 0) {
                    // Asked before reading: what was written until the end is still read.
                    boolean over = !options.follow() || cri.container(container.getId()).filter(PodState::runs).isEmpty();
                    copy(in);
                    out.flush();
                    if (over) {
                        return;
                    }
                    TimeUnit.MILLISECONDS.sleep(LOOK_EVERY);
                    var now = key(file);
                    if (!now.equals(key)) {
                        copy(in);
                        in.close();
                        in = open(file);
                        key = now;
                    }
                }
            } finally {
                in.close();
            }
        }

        private static Optional<Object> key(Path file) throws IOException {
            return Files.exists(file) ? Optional.ofNullable(Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class).fileKey()) : Optional.empty();
        }

        private static InputStream open(Path file) throws IOException {
            return new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        }

        private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

        private void copy(InputStream in) throws IOException {
            for (var line = line(in); line.isPresent() && left > 0; line = line(in)) {
                tell(line.get());
            }
        }

        /** The next line that has been written to its end; what was begun is kept for later. */
        private Optional<String> line(InputStream in) throws IOException {
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n' || begun.size() >= LONGEST_LINE) {
                    var line = begun.toString(StandardCharsets.UTF_8);
                    begun.reset();
                    return Optional.of(line);
                }
                begun.write(next);
            }
            return Optional.empty();
        }

        private void tell(String line) throws IOException {
            var parsed = LogLines.parse(line);
            if (parsed.isEmpty() || !since.equals(Instant.MIN) && !parsed.get().since(since)) {
                return;
            }
            var text = (options.timestamps() && lineBegins ? parsed.get().time() + " " : "") + parsed.get().text() + (parsed.get().whole() ? "\n" : "");
            lineBegins = parsed.get().whole();
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            var length = (int) Math.min(bytes.length, left);
            out.write(bytes, 0, length);
            left -= length;
        }
    }
}
