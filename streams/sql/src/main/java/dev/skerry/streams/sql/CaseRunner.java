package dev.skerry.streams.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.skerry.streams.functions.FunctionTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs cases from files through the engine. A file is JSON with {@code cases}, or a text of ours; {@code docs/rules-and-ekuiper.md}
 * describes both.
 */
public final class CaseRunner {

    private final PrintStream out;
    private final boolean showFailures;
    private int passed;
    private int failed;

    /** @param showFailures tells each case that failed, with what was expected and what came */
    public CaseRunner(PrintStream out, boolean showFailures) {
        this.out = out;
        this.showFailures = showFailures;
    }

    /**
     * Runs all cases in these files and folders; the last line is {@code N passed, M failed}.
     *
     * @return whether all passed
     * @throws IOException if a file cannot be read
     */
    public boolean run(List<Path> paths) throws IOException {
        for (var path : paths) {
            for (var file : files(path)) {
                run(file);
            }
        }
        out.println(passed + " passed, " + failed + " failed");
        return failed == 0;
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (var walk = Files.walk(path)) {
            return walk.filter(p -> p.toString().endsWith(".json") || p.toString().endsWith(".case"))
                    .filter(p -> !p.getFileName().toString().equals("streams.json")).sorted().toList();
        }
    }

    private void run(Path file) throws IOException {
        int before = passed;
        int all = passed + failed;
        for (var result : file.toString().endsWith(".case") ? TextCases.run(file) : json(file)) {
            if (result.passed()) {
                passed++;
            } else {
                failed++;
                if (showFailures) {
                    out.println("FAILED " + result.name() + "\n  " + result.wrong());
                }
            }
        }
        if (showFailures) {
            out.println(file + ": " + (passed - before) + " of " + (passed + failed - all));
        }
    }

    private static List<CaseResult> json(Path file) throws IOException {
        var tree = JsonText.MAPPER.readTree(Files.readString(file));
        // These are eKuiper's cases: its numbers hold.
        var functions = FunctionTable.ekuiper();
        var sibling = file.resolveSibling("streams.json");
        JsonNode inputs = Files.exists(sibling) ? JsonText.MAPPER.readTree(Files.readString(sibling)).path("streams") : MissingNode.getInstance();
        var results = new ArrayList<CaseResult>();
        for (var c : tree.path("cases")) {
            results.add(new CaseResult(c.path("name").asText(), attempt(c, functions, inputs)));
        }
        return results;
    }

    private static @Nullable String attempt(JsonNode c, FunctionTable functions, JsonNode inputs) {
        try {
            if (c.has("stage")) {
                return new StageCase(functions).run(c);
            }
            if (c.has("input")) {
                return new RuleCase(functions, inputs).run(c);
            }
            if (c.has("function") || c.path("phase").asText().equals("firstWindowEnd")) {
                return new FunctionCase(functions).run(c);
            }
            return new SyntaxCase(functions).run(c);
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            // A defect of ours fails its case and no other.
            var at = e.getStackTrace().length > 0 ? e.getStackTrace()[0] : "";
            return "broke: " + e + " at " + at;
        }
    }
}
