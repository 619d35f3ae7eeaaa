package dev.skerry.streams.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.streams.functions.FunctionTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Our own cases, as readable text. A line begins with what it is; lines that begin with a space go on with the one before.
 *
 * <pre>
 * define CREATE STREAM demo (a BIGINT) WITH ()     for all cases that follow
 * row {"a": 1}                                     the row that expressions are evaluated on
 * a + 1 =&gt; 2                                       an expression and its value, or: =&gt; error TEXT
 * accept SELECT a FROM demo
 * refuse SELEC a FROM demo =&gt; 1:1 found SELEC      line, column and a part of the message
 * case NAME                                        a rule over time, up to the next of these lines
 * options eventTime lateTolerance=1000 ekuiper
 * sql SELECT a FROM demo
 * at 0 demo {"a": 1}                               a row at an instant of the clock, in milliseconds
 * until 2000                                       the clock goes on
 * expect 0 [{"a": 1}]                              what is sent at once, and when
 * late 1                                           rows that came too late
 * fails TEXT                                       the newest failure
 * </pre>
 */
final class TextCases {

    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final Pattern VALUE = Pattern.compile("\\s=>\\s");

    private final String file;
    private final List<CaseResult> results = new ArrayList<>();
    private final List<String> definitions = new ArrayList<>();
    private Map<String, @Nullable Object> row = Map.of();
    private @Nullable Rule rule;

    private TextCases(String file) {
        this.file = file;
    }

    /** One rule while its lines are read. */
    private static final class Rule {
        final String name;
        String sql = "";
        String options = "";
        final List<String[]> events = new ArrayList<>();
        final List<String> expected = new ArrayList<>();
        final List<String> checks = new ArrayList<>();

        Rule(String name) {
            this.name = name;
        }
    }

    static List<CaseResult> run(Path path) throws IOException {
        var cases = new TextCases(path.getFileName().toString());
        int number = 0;
        var pending = new StringBuilder();
        int begun = 0;
        for (var line : Files.readAllLines(path)) {
            number++;
            if (line.startsWith(" ") && !pending.isEmpty()) {
                pending.append('\n').append(line.strip());
            } else {
                cases.line(pending.toString(), begun);
                pending.setLength(0);
                pending.append(line);
                begun = number;
            }
        }
        cases.line(pending.toString(), begun);
        cases.finish();
        return cases.results;
    }

    private void line(String line, int number) throws IOException {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        var parts = line.split("\\s+", 2);
        var rest = parts.length > 1 ? parts[1] : "";
        var open = rule;
        switch (parts[0]) {
            case "define" -> {
                finish();
                definitions.add(rest);
            }
            case "row" -> {
                finish();
                row = CaseValues.row(json(rest));
            }
            case "accept", "refuse" -> {
                finish();
                results.add(new CaseResult(file + ":" + number, statement(parts[0].equals("accept"), rest)));
            }
            case "case" -> {
                finish();
                rule = new Rule(file + ":" + number + " " + rest);
            }
            case "sql", "options", "at", "until", "expect", "late", "fails" -> {
                if (open == null) {
                    throw new IOException(file + ":" + number + ": " + parts[0] + " (expected: behind a line with case)");
                }
                step(open, parts[0], rest);
            }
            default -> {
                finish();
                results.add(new CaseResult(file + ":" + number, expression(line)));
            }
        }
    }

    private static void step(Rule open, String word, String rest) {
        switch (word) {
            case "sql" -> open.sql = rest;
            case "options" -> open.options = rest;
            case "at" -> open.events.add(rest.split("\\s+", 3));
            case "until" -> open.events.add(new String[] {rest.strip()});
            case "expect" -> open.expected.add(rest);
            default -> open.checks.add(word + " " + rest);
        }
    }

    private static JsonNode json(String text) throws IOException {
        try {
            return JsonText.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("JSON: " + text + " (" + e.getOriginalMessage() + ")", e);
        }
    }

    private static String[] sides(String line) throws IOException {
        var at = VALUE.matcher(line);
        int split = -1;
        int end = -1;
        while (at.find()) {
            split = at.start();
            end = at.end();
        }
        if (split < 0) {
            throw new IOException(line + " (expected: something => its value)");
        }
        return new String[] {line.substring(0, split), line.substring(end)};
    }

    private Catalogue catalogue() {
        var catalogue = new Catalogue(FunctionTable.standard());
        definitions.forEach(catalogue::execute);
        return catalogue;
    }

    private @Nullable String expression(String line) throws IOException {
        var sides = sides(line);
        boolean error = sides[1].startsWith("error");
        var wanted = error ? sides[1].substring(5).strip() : "";
        try {
            var select = StatementReader.readSelect("SELECT " + sides[0] + " AS v FROM row", FunctionTable.standard());
            var catalogue = new Catalogue(FunctionTable.standard());
            catalogue.execute("CREATE STREAM row () WITH ()");
            var plan = new Planner(catalogue).planLoosely(select, RuleOptions.DEFAULT.in(UTC));
            var memory = new Memory(Surroundings.of("case", () -> Instant.EPOCH, UTC));
            var eval = new TreeCompiler(FunctionTable.standard(), memory, plan.options()).compile(plan.fields().getFirst().expr());
            var got = eval.of(new Env(memory, new Row.Tuple("row", row, Map.of("topic", "t"), 0), null));
            return error ? "gave " + CaseValues.show(got) + " (expected: error " + wanted + ")" : CaseResult.differs(CaseValues.of(json(sides[1])), got);
        } catch (EvalException | SqlException e) {
            return error ? contains(String.valueOf(e.getMessage()), wanted) : "failed: " + e.getMessage();
        }
    }

    private static @Nullable String contains(String message, String wanted) {
        return message.contains(wanted) ? null : "said " + message + " (expected: " + wanted + ")";
    }

    private @Nullable String statement(boolean accept, String rest) throws IOException {
        var sides = accept ? new String[] {rest, ""} : sides(rest);
        try {
            if (sides[0].strip().toUpperCase(java.util.Locale.ROOT).startsWith("SELECT")) {
                Query.of(sides[0], catalogue(), RuleOptions.DEFAULT.in(UTC));
            } else {
                StatementReader.readOne(sides[0], FunctionTable.standard());
            }
            return accept ? null : "accepted (expected: refused, " + sides[1] + ")";
        } catch (SqlException e) {
            return accept ? "refused: " + e.getMessage() : contains(String.valueOf(e.getMessage()), sides[1].matches("\\d+:\\d+ .*")
                    ? "sql " + sides[1].replaceFirst(" ", ": ") : sides[1]);
        }
    }

    private void finish() throws IOException {
        var done = rule;
        rule = null;
        if (done != null) {
            results.add(new CaseResult(done.name, rule(done)));
        }
    }

    private static RuleOptions options(String text) {
        var words = new LinkedHashMap<String, String>();
        for (var word : text.split("\\s+")) {
            int eq = word.indexOf('=');
            words.put(eq < 0 ? word : word.substring(0, eq), eq < 0 ? "true" : word.substring(eq + 1));
        }
        return new RuleOptions(words.containsKey("eventTime"), Duration.ofMillis(Long.parseLong(words.getOrDefault("lateTolerance", "0"))),
                !words.containsKey("quiet"), words.containsKey("sendNil"), words.containsKey("sendMeta"), words.containsKey("leftOpen"),
                words.containsKey("sendTwice"), words.containsKey("ignoreCase"), !words.containsKey("keepRows"), words.containsKey("ekuiper"),
                ZoneId.of(words.getOrDefault("zone", "UTC")));
    }

    private @Nullable String rule(Rule r) throws IOException {
        var got = new ArrayList<@Nullable Object>();
        long[] clock = {0};
        try {
            var options = options(r.options);
            var catalogue = new Catalogue(options.asEkuiper() ? FunctionTable.ekuiper() : FunctionTable.standard());
            definitions.forEach(catalogue::execute);
            var query = Query.of(r.sql, catalogue, options);
            var run = query.start(Surroundings.of(r.name, () -> Instant.ofEpochMilli(clock[0]), UTC), 0, rows -> got.add(List.of(clock[0], List.copyOf(rows))));
            for (var event : r.events) {
                long to = Long.parseLong(event[0]);
                for (long due = run.nextTimer(); due <= to; due = run.nextTimer()) {
                    clock[0] = due;
                    run.advance(due);
                }
                clock[0] = to;
                if (event.length > 2) {
                    run.row(event[1], CaseValues.row(json(event[2])), Map.of("topic", event[1]), to);
                }
            }
            for (var check : r.checks) {
                var wrong = check.startsWith("late ") ? CaseResult.differs(Long.parseLong(check.substring(5).strip()), run.counts().late())
                        : contains(run.counts().lastError(), check.substring(6).strip());
                if (wrong != null) {
                    return check + ": " + wrong;
                }
            }
        } catch (SqlException e) {
            return "refused: " + e.getMessage();
        }
        var expected = new ArrayList<@Nullable Object>();
        for (var line : r.expected) {
            var parts = line.split("\\s+", 2);
            expected.add(List.of(Long.parseLong(parts[0]), CaseValues.list(json(parts[1]))));
        }
        return CaseResult.differs(expected, got);
    }
}
