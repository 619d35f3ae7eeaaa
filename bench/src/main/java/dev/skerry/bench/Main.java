package dev.skerry.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs the bench that its argument names. The last line of standard output is the result, one JSON object. */
public final class Main {

    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final long CLEAR_UP_SECONDS = 30;

    private static final List<Bench> BENCHES = List.of(
            new SpineBench(), new ApiBench(), new KubectlBench(), new RuntimeBench(), new StreamsBench(), new AnomalyBench(), new DevicesBench());

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) throws IOException {
        if (arguments.size() == 1 && List.of("--help", "-h").contains(arguments.getFirst())) {
            list(System.out);
            return 0;
        }
        if (arguments.isEmpty()) {
            System.err.println("bench: no NAME (expected: one of these)");
            list(System.err);
            return USAGE;
        }
        var name = arguments.getFirst();
        var bench = BENCHES.stream().filter(b -> b.name().equals(name)).findFirst();
        if (bench.isEmpty()) {
            System.err.println("bench: " + name + " (expected: a NAME of these)");
            list(System.err);
            return USAGE;
        }
        var options = new TreeMap<>(bench.get().options());
        for (var word : arguments.subList(1, arguments.size())) {
            var parts = word.split("=", 2);
            if (parts.length < 2 || !options.containsKey(parts[0]) || !parts[1].matches("[0-9]{1,9}")) {
                System.err.println("bench " + name + ": " + word + " (expected: OPTION=NUMBER with one of " + options.keySet() + ")");
                return USAGE;
            }
            options.put(parts[0], Long.parseLong(parts[1]));
        }
        return run(bench.get(), options);
    }

    private static void list(PrintStream out) {
        out.println("Usage: skerry bench NAME [OPTION=NUMBER...]");
        for (var bench : BENCHES) {
            out.printf("  %-10s %s%n", bench.name(), bench.about());
            new TreeMap<>(bench.options()).forEach((option, number) -> out.printf("  %-10s   %s=%d%n", "", option, number));
        }
    }

    private static int run(Bench bench, Map<String, Long> options) throws IOException {
        var figures = new Figures();
        boolean held;
        var folder = folder();
        var done = stopWhenAsked(Thread.currentThread());
        try {
            Progress.say(bench.name() + ": files go to " + folder + " (" + Files.getFileStore(folder).type() + ")");
            held = measure(bench.parts(folder, options), figures);
        } finally {
            try {
                delete(folder);
            } finally {
                done.countDown();
            }
        }
        System.out.println(figures.json(bench.name()));
        System.out.flush();
        return held ? 0 : FAILED;
    }

    /** On SIGTERM and Ctrl-C the bench is interrupted, and has some seconds to end what it started and to delete its files. */
    private static CountDownLatch stopWhenAsked(Thread bench) {
        var done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (done.getCount() > 0) {
                bench.interrupt();
            }
            try {
                if (!done.await(CLEAR_UP_SECONDS, TimeUnit.SECONDS)) {
                    Progress.say("not cleared up in " + CLEAR_UP_SECONDS + "s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "stop"));
        return done;
    }

    /** Whether all parts could be measured. An interrupt ends it. */
    static boolean measure(List<Bench.Part> parts, Figures figures) {
        boolean held = true;
        for (var part : parts) {
            Progress.say(part.name());
            try {
                part.measuring().into(figures);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } catch (Exception e) {
                Progress.say("FAILED  " + part.name() + ": " + e);
                held = false;
            }
        }
        return held;
    }

    /** Beside the build's results where there are some: a temporary folder may be in memory, where a sync costs nothing. */
    private static Path folder() throws IOException {
        var target = Optional.ofNullable(System.getenv("SKERRY_ROOT")).map(root -> Path.of(root, "bench", "target"));
        return target.isPresent() && Files.isDirectory(target.get())
                ? Files.createTempDirectory(target.get(), "run-")
                : Files.createTempDirectory("skerry-bench-");
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
