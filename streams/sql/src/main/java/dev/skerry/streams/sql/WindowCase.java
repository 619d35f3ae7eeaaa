package dev.skerry.streams.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.streams.functions.FunctionTable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A window alone, fed step by step. */
final class WindowCase {

    private static final ZoneId UTC = ZoneId.of("UTC");

    private final FunctionTable functions;

    WindowCase(FunctionTable functions) {
        this.functions = functions;
    }

    @Nullable String run(JsonNode c) {
        var catalogue = new Catalogue(functions);
        c.path("streams").forEach(s -> catalogue.execute(s.textValue()));
        var select = StatementReader.readSelect(c.get("sql").textValue(), functions);
        var options = new RuleOptions(c.path("eventTime").booleanValue(), Duration.ZERO, true, false, false,
                c.path("windowVersion").asText().equals("v2"), false, true, false, true, UTC);
        var plan = new Planner(catalogue).planLoosely(select, options);
        var windowed = plan.window();
        if (windowed == null) {
            return "no window";
        }
        var memory = new Memory(Surroundings.of("test", () -> Instant.EPOCH, UTC));
        var compiler = new TreeCompiler(functions, memory, options);
        var env = new Env(memory, new Row.Tuple("", Map.of(), Map.of(), 0), null);
        var emitted = new ArrayDeque<List<Map<String, @Nullable Object>>>();
        var window = new WindowMaker(plan, functions, compiler, env).make(windowed, 0,
                rows -> emitted.add(rows.rows.stream().map(Row::columns).toList()));
        long now = 0;
        for (var step : c.path("steps")) {
            if (step.has("row")) {
                window.row(new Row.Tuple(plan.from().name(), CaseValues.row(step.get("row")), Map.of(), step.path("ts").longValue()), now);
            } else if (step.has("advanceMs")) {
                now += step.get("advanceMs").longValue();
                while (window.nextTimer() <= now) {
                    window.timer(window.nextTimer());
                }
            } else if (step.has("watermark")) {
                window.watermark(step.get("watermark").longValue());
            } else {
                var wrong = CaseResult.differs(CaseValues.list(step.get("expect")), emitted.poll());
                if (wrong != null) {
                    return wrong;
                }
            }
        }
        return null;
    }
}
