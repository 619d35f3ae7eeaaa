package dev.skerry.streams.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.streams.functions.FunctionTable;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One step of a SELECT on given rows. */
final class StageCase {

    private static final ZoneId UTC = ZoneId.of("UTC");

    private final FunctionTable functions;

    StageCase(FunctionTable functions) {
        this.functions = functions;
    }

    @Nullable String run(JsonNode c) {
        boolean error = c.path("error").booleanValue();
        Object got;
        try {
            if (c.path("inputKind").asText().equals("error")) {
                throw new EvalException(c.path("inputError").asText());
            }
            got = switch (c.path("stage").asText()) {
                case "schema" -> schema(c);
                case "watermark" -> watermark(c);
                case "window" -> {
                    var wrong = new WindowCase(functions).run(c);
                    yield wrong == null ? CaseValues.list(c.get("expect")) : wrong;
                }
                default -> step(c);
            };
        } catch (EvalException e) {
            return error ? null : "failed: " + e.text();
        } catch (SqlException e) {
            return "refused: " + e.getMessage();
        }
        if (error) {
            return "gave " + CaseValues.show(got) + " (expected: an error, " + c.path("message").asText() + ")";
        }
        var expected = c.path("stage").asText().equals("expression") ? CaseValues.of(c.get("value")) : CaseValues.list(c.get("expect"));
        if (c.path("unordered").booleanValue() && expected instanceof List<?> e && got instanceof List<?> g) {
            return CaseValues.sameUnordered(e, g) ? null : CaseResult.differs(expected, got);
        }
        return CaseResult.differs(expected, got);
    }

    private RuleOptions options(JsonNode c) {
        return new RuleOptions(c.path("eventTime").booleanValue(), java.time.Duration.ZERO, true, c.path("sendNil").booleanValue(),
                c.path("sendMeta").booleanValue(), c.path("windowVersion").asText().equals("v2"), false, true, false, true, UTC);
    }

    private Object schema(JsonNode c) {
        var ddl = c.path("streams").elements().next().textValue();
        var definition = (Statement.Create) StatementReader.readOne(ddl, functions);
        var reader = new SourceReader(definition, definition.option("TIMESTAMP"), Set.of("*"), c.path("eventTime").booleanValue(),
                options(c).in(ZoneId.of(c.path("timezone").asText("UTC"))));
        var all = new ArrayList<Object>();
        for (var in : c.path("input")) {
            var taken = reader.take(SourceReader.ofJson(CaseValues.row(in.get("row")), definition.fields()), 0);
            var row = new LinkedHashMap<String, Object>();
            row.put("row", taken.values());
            if (c.path("expect").path(0).has("ts")) {
                row.put("ts", taken.time());
            }
            all.add(row);
        }
        return all;
    }

    private static Object watermark(JsonNode c) {
        var got = new ArrayList<Object>();
        var names = new ArrayList<String>();
        c.path("streamNames").forEach(n -> names.add(n.asText()));
        boolean told = c.path("expect").findValue("watermark") != null;
        var marks = new Watermarks(names, c.path("lateToleranceMs").longValue(), r -> got.add(shown(r, true)), w -> {
            if (told) {
                got.add(Map.of("watermark", w));
            }
        }, r -> { });
        c.path("input").forEach(r -> marks.row(tuple(r)));
        return got;
    }

    private @Nullable Object step(JsonNode c) {
        var select = StatementReader.readSelect(c.get("sql").textValue(), functions);
        var catalogue = new Catalogue(functions);
        define(catalogue, select.from().stream());
        select.joins().forEach(j -> define(catalogue, j.source().stream()));
        var plan = new Planner(catalogue).planLoosely(select, options(c));
        var context = c.path("context");
        long start = context.path("ruleStart").longValue();
        var memory = new Memory(Surroundings.of(context.path("ruleId").asText("test"), () -> Instant.ofEpochMilli(start), UTC));
        var compiler = new TreeCompiler(functions, memory, plan.options());
        var env = new Env(memory, new Row.Tuple("", Map.of(), Map.of(), 0), null);
        var input = c.path("input");
        var kind = c.path("inputKind").asText();
        if (c.path("stage").asText().equals("expression")) {
            env.row = tuple(input.get(0));
            var tree = c.path("expression").asText().startsWith("where") ? plan.where() : plan.fields().getFirst().expr();
            return tree == null ? null : compiler.compile(tree).of(env);
        }
        if (c.path("stage").asText().equals("project")) {
            return project(c, plan, compiler, env);
        }
        var rows = kind.equals("row") ? new Rows(List.of(tuple(input.get(0))), null) : rows(c);
        @Nullable Rows result = switch (c.path("stage").asText()) {
            case "filter" -> RowSteps.where(rows, required(Condition.of("Where", plan.where(), compiler)), env);
            case "join" -> new JoinStep(plan.from().name(), plan.joins(), compiler).apply(rows, env);
            case "group" -> RowSteps.group(rows, compiler.compileAll(plan.groups()), env);
            case "having" -> RowSteps.having(rows, required(Condition.of("Having", plan.having(), compiler)), env);
            default -> {
                new Order(plan.order(), compiler).sort(rows, env);
                yield rows;
            }
        };
        var shown = new ArrayList<Object>();
        if (result != null) {
            boolean window = c.path("expect").findValue("window") != null;
            result.rows.forEach(r -> shown.add(shown(r, window)));
        }
        return shown;
    }

    private static Condition required(@Nullable Condition condition) {
        if (condition == null) {
            throw new EvalException("no condition");
        }
        return condition;
    }

    private static void define(Catalogue catalogue, String name) {
        catalogue.define(new Statement.Create(Statement.Kind.STREAM, name, List.of(), Map.of(), ""));
    }

    private static Object project(JsonNode c, Plan plan, TreeCompiler compiler, Env env) {
        var projection = new Projection(plan, compiler);
        var kind = c.path("inputKind").asText();
        if (kind.equals("sequence") || kind.equals("row")) {
            var sent = new ArrayList<Object>();
            for (var in : c.path("input")) {
                var row = tuple(in);
                plan.numbered().forEach(n -> row.setSlot(n.index(), 1L));
                var each = projection.row(row, env);
                if (kind.equals("row")) {
                    each.forEach(sent::addAll);
                } else {
                    var one = new ArrayList<Object>();
                    each.forEach(one::addAll);
                    sent.add(one);
                }
            }
            return sent;
        }
        return new ArrayList<Object>(projection.rows(rows(c), env));
    }

    static Row.Tuple tuple(JsonNode n) {
        return new Row.Tuple(n.path("emitter").asText(), CaseValues.row(n.get("row")), CaseValues.row(n.get("meta")), n.path("ts").longValue());
    }

    private static Row row(JsonNode n) {
        if (n.isArray()) {
            var parts = new ArrayList<Row>();
            n.forEach(p -> parts.add(tuple(p)));
            return new Row.Joined(parts);
        }
        return tuple(n);
    }

    private static Row.@Nullable Range range(JsonNode n) {
        return n.isMissingNode() ? null : new Row.Range(n.get("start").longValue(), n.get("end").longValue(), n.path("trigger").longValue());
    }

    private static Rows rows(JsonNode c) {
        var range = range(c.path("window"));
        if (c.path("inputKind").asText().equals("grouped")) {
            var groups = new ArrayList<Row.Group>();
            for (var g : c.path("input")) {
                var rows = new ArrayList<Row>();
                g.path("rows").forEach(r -> rows.add(row(r)));
                groups.add(new Row.Group(rows, range(g.path("window"))));
            }
            return Rows.grouped(groups, range);
        }
        var rows = new ArrayList<Row>();
        c.path("input").forEach(r -> rows.add(row(r)));
        return new Rows(rows, range);
    }

    private static Object shown(Row row, boolean more) {
        return switch (row) {
            case Row.Tuple t -> {
                var shown = new LinkedHashMap<String, Object>();
                shown.put("emitter", t.emitter);
                shown.put("row", t.values);
                if (!t.meta.isEmpty()) {
                    shown.put("meta", t.meta);
                }
                if (t.time != 0) {
                    shown.put("ts", t.time);
                }
                yield shown;
            }
            case Row.Joined j -> j.parts.stream().map(p -> shown(p, more)).toList();
            case Row.Group g -> {
                var shown = new LinkedHashMap<String, Object>();
                shown.put("rows", g.rows.stream().map(r -> shown(r, more)).toList());
                if (g.range != null && more) {
                    shown.put("window", Map.of("start", g.range.start(), "end", g.range.end(), "trigger", g.range.trigger()));
                }
                yield shown;
            }
        };
    }
}
