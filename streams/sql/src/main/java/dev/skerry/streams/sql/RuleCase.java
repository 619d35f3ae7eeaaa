package dev.skerry.streams.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.streams.functions.FunctionTable;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A rule that is fed rows over time under a clock of its own. */
final class RuleCase {

    private static final ZoneId UTC = ZoneId.of("UTC");

    private final FunctionTable functions;
    private final JsonNode inputs;

    private record Arrival(String stream, long at, Map<String, @Nullable Object> row, Map<String, @Nullable Object> meta) {}

    RuleCase(FunctionTable functions, JsonNode inputs) {
        this.functions = functions;
        this.inputs = inputs;
    }

    @Nullable String run(JsonNode c) {
        if (c.has("restart")) {
            return "restarts from that engine's own checkpoint";
        }
        var wrong = run(c, c.path("options"));
        for (var options : c.path("alsoWithOptions")) {
            wrong = wrong == null ? run(c, options) : wrong;
        }
        return wrong;
    }

    private @Nullable String run(JsonNode c, JsonNode options) {
        var expected = CaseValues.list(c.get("expect"));
        var got = new ArrayList<@Nullable Object>();
        try {
            emissions(c, options, got);
        } catch (SqlException e) {
            return "refused: " + e.getMessage();
        }
        // What more there is may only be empty.
        while (got.size() > expected.size() && got.getLast() instanceof List<?> l && l.isEmpty()) {
            got.removeLast();
        }
        return CaseResult.differs(expected, got);
    }

    private void emissions(JsonNode c, JsonNode written, List<@Nullable Object> got) {
        var catalogue = new Catalogue(functions);
        c.path("streams").forEach(s -> catalogue.execute(s.textValue()));
        c.path("tables").forEach(s -> catalogue.execute(s.textValue()));
        var query = Query.of(c.get("sql").textValue(), catalogue, options(written));
        var arrivals = new ArrayList<Arrival>();
        long start = arrivals(query, arrivals);
        long[] clock = {start};
        var around = Surroundings.of("rule", () -> java.time.Instant.ofEpochMilli(clock[0]), UTC);
        var run = query.start(around, start, rows -> got.add(List.copyOf(rows)));
        for (var name : query.sources()) {
            inputs.path(name).path("fileContent").forEach(r -> run.row(name, CaseValues.row(r), Map.of(), start));
        }
        for (var a : arrivals) {
            clock[0] = a.at;
            run.row(a.stream, a.row, a.meta, a.at);
        }
    }

    /** The rows of all sources by arrival; returns the clock's beginning. */
    private long arrivals(Query query, List<Arrival> into) {
        long start = -1;
        for (var name : query.sources()) {
            var rows = inputs.path(name).path("rows");
            for (var r : rows) {
                long at = r.has("arrives") ? r.get("arrives").longValue() : r.get("at").longValue();
                var meta = r.has("meta") ? CaseValues.row(r.get("meta")) : Map.<String, @Nullable Object>of("topic", "mock");
                into.add(new Arrival(name, at, CaseValues.row(r.get("row")), meta));
                if (start < 0) {
                    start = r.get("at").longValue() / 1000 * 1000;
                }
            }
        }
        into.sort(Comparator.comparingLong(Arrival::at));
        return Math.max(start, 0);
    }

    static RuleOptions options(JsonNode o) {
        var strategy = o.path("planOptimizeStrategy");
        return new RuleOptions(o.path("isEventTime").booleanValue(), duration(o.path("lateTolerance")), o.path("sendError").booleanValue(),
                o.path("sendNilField").booleanValue() || o.path("sendNil").booleanValue(), o.path("sendMetaToSink").booleanValue(),
                strategy.path("windowOption").path("windowVersion").asText().equals("v2"),
                strategy.path("windowOption").path("enableSendSlidingWindowTwice").booleanValue(), false, true, true, UTC);
    }

    private static Duration duration(JsonNode node) {
        if (node.isNumber()) {
            return Duration.ofMillis(node.longValue());
        }
        var text = node.asText("0ms");
        long n = Long.parseLong(text.replaceAll("[a-z]", ""));
        return text.endsWith("ms") ? Duration.ofMillis(n) : text.endsWith("m") ? Duration.ofMinutes(n) : Duration.ofSeconds(n);
    }
}
