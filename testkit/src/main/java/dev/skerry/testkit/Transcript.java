package dev.skerry.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A golden transcript: shell commands with what they print, as a person would see them.
 *
 * <pre>
 * ## what the next commands show
 * $ kubectl create namespace shop
 * namespace/shop created
 * $ kubectl create namespace shop
 * Error from server (AlreadyExists): namespaces "shop" already exists
 * [1]
 * $~ kubectl get serviceaccounts -n shop -o name
 * serviceaccount/default
 * </pre>
 *
 * {@code [N]} is an exit status other than 0. {@code $~} repeats a command until it prints what is expected, for 30 seconds at most. Words
 * like {@code <age>} stand for what differs from run to run ({@link Expected}). Columns may be wider or narrower than here.
 */
public final class Transcript {

    private static final Duration REPEAT_FOR = Duration.ofSeconds(30);
    private static final Duration COMMAND = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 250;
    private static final int MOST_OUTPUT = 4 * 1024 * 1024;

    private final List<Step> steps;

    private Transcript(List<Step> steps) {
        this.steps = steps;
    }

    /**
     * One command.
     *
     * @param repeat whether it may need some time until it prints this
     * @param expected its lines, the exit status among them
     */
    public record Step(String comment, String command, boolean repeat, List<String> expected) {}

    /** What a command printed, and what it should have. */
    public record Difference(Step step, List<String> actual) {

        @Override
        public String toString() {
            return "$ " + step.command() + "\n--- expected\n" + String.join("\n", step.expected()) + "\n--- actual\n" + String.join("\n", actual) + "\n";
        }
    }

    /** Reads one from a file. */
    public static Transcript read(Path file) throws IOException {
        var steps = new ArrayList<Step>();
        var comment = new ArrayList<String>();
        List<String> expected = new ArrayList<>();
        for (var line : Files.readAllLines(file)) {
            if (line.startsWith("$ ") || line.startsWith("$~ ")) {
                expected = new ArrayList<>();
                boolean repeat = line.startsWith("$~");
                steps.add(new Step(String.join("\n", comment), line.substring(repeat ? 3 : 2), repeat, expected));
                comment.clear();
            } else if (line.startsWith("## ") || steps.isEmpty()) {
                comment.add(line);
            } else {
                expected.add(line);
            }
        }
        return new Transcript(steps);
    }

    /** How many commands it has. */
    public int size() {
        return steps.size();
    }

    /**
     * Runs all commands, one after the other, whatever the former said.
     *
     * @param folder where they run
     * @param environment beside that of this process
     * @return those that printed something else
     */
    public List<Difference> run(Path folder, Map<String, String> environment) throws IOException, InterruptedException {
        var differences = new ArrayList<Difference>();
        for (var step : steps) {
            var actual = perform(step, folder, environment);
            if (!Expected.matches(step.expected(), actual)) {
                differences.add(new Difference(step, actual));
            }
        }
        return differences;
    }

    /** The same commands with what they printed now, where that does not fit; to be read before it is kept. */
    public String rewritten(List<Difference> differences) {
        var text = new StringBuilder();
        for (var step : steps) {
            if (!step.comment().isEmpty()) {
                text.append(step.comment()).append('\n');
            }
            text.append(step.repeat() ? "$~ " : "$ ").append(step.command()).append('\n');
            var actual = differences.stream().filter(d -> d.step() == step).findFirst().map(d -> Expected.generalized(d.actual())).orElse(step.expected());
            actual.forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    private static List<String> perform(Step step, Path folder, Map<String, String> environment) throws IOException, InterruptedException {
        var until = System.nanoTime() + REPEAT_FOR.toNanos();
        var actual = once(step.command(), folder, environment);
        while (step.repeat() && !Expected.matches(step.expected(), actual) && System.nanoTime() - until < 0) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            actual = once(step.command(), folder, environment);
        }
        return actual;
    }

    private static List<String> once(String command, Path folder, Map<String, String> environment) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("bash", "-c", command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        process.getOutputStream().close();
        var output = new CompletableFuture<String>();
        Thread.ofVirtual().name("output-" + process.pid()).start(() -> {
            try (var in = process.getInputStream()) {
                output.complete(new String(in.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8));
            } catch (IOException e) {
                output.completeExceptionally(e);
            }
        });
        try {
            var lines = new ArrayList<>(output.get(COMMAND.toMillis(), TimeUnit.MILLISECONDS).lines().toList());
            int status = process.waitFor();
            if (status != 0) {
                lines.add("[" + status + "]");
            }
            return lines;
        } catch (ExecutionException e) {
            throw new IOException(command + ": its output cannot be read", e.getCause());
        } catch (TimeoutException e) {
            return List.of("[not ended after " + COMMAND.toSeconds() + "s]");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
