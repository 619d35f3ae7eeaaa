package dev.skerry.kube.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs as a container runtime writes them. */
class LogReaderTest {

    private static final PodLogs.Options ALL = new PodLogs.Options(false, false, false, -1, Optional.empty(), -1);

    @TempDir
    Path folder;

    private static String line(int second, String tag, String text) {
        return "2026-01-01T00:00:%02d.5Z stdout %s %s\n".formatted(second, tag, text);
    }

    private Path log(String... lines) throws IOException {
        return Files.writeString(folder.resolve("0.log"), String.join("", lines));
    }

    private static String read(Path file, PodLogs.Options options) throws IOException, InterruptedException {
        var out = new ByteArrayOutputStream();
        new LogReader(file, options, () -> false, out).run();
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void joinsPartsAndKeepsWhatHasNoEnd() throws Exception {
        var file = log(line(1, "F", ""), line(2, "P", "long "), line(3, "F", "line"), line(4, "P", "no end"));
        assertThat(read(file, ALL)).isEqualTo("\nlong line\nno end");
    }

    @Test
    void passesBytesAsTheyAre() throws Exception {
        var file = folder.resolve("0.log");
        Files.write(file, "2026-01-01T00:00:01Z stdout F \u00ff\u00fe\u0080 x\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(read(file, ALL)).isEqualTo("\u00ff\u00fe\u0080 x\n");
    }

    @Test
    void cutsByTimeCountAndLength() throws Exception {
        var file = log(line(1, "F", "one"), line(2, "F", "two"), line(3, "F", "three"));
        var second = Optional.of(Instant.parse("2026-01-01T00:00:02Z"));
        assertThat(read(file, new PodLogs.Options(false, false, false, -1, second, -1))).isEqualTo("two\nthree\n");
        assertThat(read(file, new PodLogs.Options(false, false, true, 1, Optional.empty(), -1))).isEqualTo("2026-01-01T00:00:03.500000000Z three\n");
        assertThat(read(file, new PodLogs.Options(false, false, false, -1, Optional.empty(), 5))).isEqualTo("one\nt");
        assertThat(read(file, new PodLogs.Options(false, false, false, 0, Optional.empty(), -1))).isEmpty();
    }

    @Test
    void goesOnInTheNewFileWhenTheOldOneIsPutAside() throws Exception {
        var file = log(line(1, "F", "old"));
        var runs = new AtomicBoolean(true);
        var out = new ByteArrayOutputStream();
        var follower = Thread.ofVirtual().start(() -> {
            try {
                new LogReader(file, new PodLogs.Options(true, false, false, -1, Optional.empty(), -1), runs::get, out).run();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> out.toString(StandardCharsets.UTF_8).equals("old\n"));
        var aside = folder.resolve("0.log.1");
        Files.move(file, aside);
        Files.writeString(aside, line(2, "F", "last of the old"), StandardOpenOption.APPEND);
        log(line(3, "F", "new"));
        await().until(() -> out.toString(StandardCharsets.UTF_8).equals("old\nlast of the old\nnew\n"));
        runs.set(false);
        assertThat(follower.join(Duration.ofSeconds(20))).isTrue();
    }

    /** The tail is the end of what all would be, wherever the log was cut in two. */
    @Property(tries = 100)
    void tellsTheLastLines(@ForAll @IntRange(max = 40) int lines, @ForAll @IntRange(max = 40) int aside, @ForAll @IntRange(max = 45) int wanted) throws Exception {
        var here = Files.createTempDirectory("logs");
        try {
            var all = IntStream.range(0, lines).mapToObj(i -> line(i, "F", "x".repeat(i * 97 % 300) + i)).toList();
            var cut = Math.min(aside, lines);
            Files.writeString(here.resolve("0.log.1"), String.join("", all.subList(0, cut)));
            Files.writeString(here.resolve("0.log"), String.join("", all.subList(cut, lines)));
            List<String> texts = new ArrayList<>(read(here.resolve("0.log"), ALL).lines().toList());
            assertThat(texts).hasSize(lines);
            var tail = read(here.resolve("0.log"), new PodLogs.Options(false, false, false, wanted, Optional.empty(), -1)).lines().toList();
            assertThat(tail).isEqualTo(texts.subList(Math.max(0, lines - wanted), lines));
        } finally {
            Volumes.delete(here);
        }
    }
}
