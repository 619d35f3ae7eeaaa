package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the columns of the select list of rows and groups. */
final class Projection {

    private record Named(String name, Eval value, String text, boolean shown) {}

    private record Pick(String stream, String name) {}

    private final List<Named> expressions = new ArrayList<>();
    private final List<Named> aliases = new ArrayList<>();
    private final List<Pick> picks = new ArrayList<>();
    private final Set<String> except;
    private final Set<String> wholeSources;
    private final boolean all;
    private final boolean oneSource;
    private final boolean aggregate;
    private final String returning;
    private final int limit;
    private final RuleOptions options;

    Projection(Plan plan, TreeCompiler compiler) {
        options = plan.options();
        aggregate = plan.aggregate();
        returning = plan.returning();
        limit = plan.limit();
        oneSource = plan.sources().size() == 1;
        var wildcards = plan.fields().stream().map(Tree.Field::expr).filter(Tree.Wildcard.class::isInstance).map(Tree.Wildcard.class::cast).toList();
        all = !wildcards.isEmpty();
        except = wildcards.stream().flatMap(w -> w.except().stream()).collect(Collectors.toSet());
        wholeSources = plan.fields().stream().filter(f -> f.expr() instanceof Tree.Column c && c.name().equals("*"))
                .map(f -> ((Tree.Column) f.expr()).stream()).collect(Collectors.toSet());
        for (var field : plan.fields()) {
            if (field.expr() instanceof Tree.Wildcard w) {
                w.replace().forEach(r -> aliases.add(new Named(r.outName(), compiler.compile(r.expr()), TreeText.of(r.expr()), true)));
            } else if (!field.alias().isEmpty()) {
                var meaning = field.expr() instanceof Tree.Alias a ? a.meaning() : field.expr();
                aliases.add(new Named(field.alias(), compiler.compile(field.expr()), TreeText.of(meaning), !field.invisible()));
            } else if (field.expr() instanceof Tree.Column c) {
                if (!c.name().equals("*") && !field.invisible()) {
                    picks.add(new Pick(c.stream(), c.name()));
                }
            } else if (!field.invisible()) {
                expressions.add(new Named(field.name(), compiler.compile(field.expr()), TreeText.of(field.expr()), true));
            }
        }
    }

    /** What is sent for one row, each list at once. */
    List<List<Map<String, @Nullable Object>>> row(Row row, Env env) {
        if (limit == 0) {
            return List.of();
        }
        env.row = row;
        env.range = null;
        var made = make(row, env);
        if (options.sendMeta() && row instanceof Row.Tuple t && !t.meta.isEmpty()) {
            made.put("__meta", t.meta);
        }
        if (returning.isEmpty()) {
            return List.of(List.of(made));
        }
        var split = new ArrayList<List<Map<String, @Nullable Object>>>();
        for (var one : split(made)) {
            if (limit < 0 || split.size() < limit) {
                split.add(List.of(one));
            }
        }
        return split;
    }

    /** What is sent for the rows of a window, or its groups. */
    List<Map<String, @Nullable Object>> rows(Rows rows, Env env) {
        var made = new ArrayList<Map<String, @Nullable Object>>();
        env.range = rows.range;
        for (var row : aggregate ? rows.groups() : rows.rows) {
            if (limit >= 0 && made.size() >= limit) {
                break;
            }
            env.row = aggregate ? row : row.copy();
            var one = make(env.row, env);
            if (returning.isEmpty()) {
                made.add(one);
            } else {
                for (var part : split(one)) {
                    if (limit < 0 || made.size() < limit) {
                        made.add(part);
                    }
                }
            }
        }
        return made;
    }

    private Map<String, @Nullable Object> make(Row row, Env env) {
        var values = new ArrayList<@Nullable Object>(expressions.size());
        for (var e : expressions) {
            try {
                values.add(e.value.of(env));
            } catch (EvalException x) {
                throw new EvalException("run Select error: expr: " + e.text + " meet error, err:" + x.text());
            }
        }
        var named = new ArrayList<@Nullable Object>(aliases.size());
        for (var a : aliases) {
            try {
                named.add(a.value.of(env));
            } catch (EvalException x) {
                throw new EvalException("run Select error: alias: " + a.name + " expr: " + a.text + " meet error, err:" + x.text());
            }
        }
        var out = new LinkedHashMap<String, @Nullable Object>();
        pick(row, out);
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            if (value instanceof CallCompiler.Chosen chosen) {
                out.putAll(chosen.columns());
            } else if (value != null) {
                out.put(expressions.get(i).name, value);
            }
        }
        for (int i = 0; i < named.size(); i++) {
            if (aliases.get(i).shown && (named.get(i) != null || options.sendNil())) {
                out.put(aliases.get(i).name, named.get(i));
            }
        }
        return out;
    }

    private void pick(Row row, Map<String, @Nullable Object> out) {
        switch (row) {
            case Row.Group g -> {
                if (!g.rows.isEmpty()) {
                    pick(g.rows.getFirst(), out);
                }
            }
            case Row.Joined j -> {
                if (all) {
                    putAll(j.columns(), out);
                    return;
                }
                for (int i = j.parts.size() - 1; i >= 0; i--) {
                    pick(j.parts.get(i), out);
                }
            }
            case Row.Tuple t -> {
                if (all || wholeSources.contains(t.emitter) || oneSource && !wholeSources.isEmpty()) {
                    putAll(t.values, out);
                    return;
                }
                for (var p : picks) {
                    if (p.stream.isEmpty() || oneSource || p.stream.equals(t.emitter)) {
                        var found = t.get(p.stream, p.name, options.ignoreCase());
                        if (found != Row.ABSENT) {
                            out.put(p.name, found);
                        } else if (options.sendNil()) {
                            out.putIfAbsent(p.name, null);
                        }
                    }
                }
            }
        }
    }

    private void putAll(Map<String, @Nullable Object> columns, Map<String, @Nullable Object> out) {
        columns.forEach((k, v) -> {
            if (!except.contains(k)) {
                out.put(k, v);
            }
        });
    }

    private List<Map<String, @Nullable Object>> split(Map<String, @Nullable Object> row) {
        if (!row.containsKey(returning)) {
            throw new EvalException("can't find the result from the " + returning + " function");
        }
        if (!(row.get(returning) instanceof List<?> values)) {
            throw new EvalException("the argument for the " + returning + " function should be array");
        }
        var all = new ArrayList<Map<String, @Nullable Object>>();
        for (var value : values) {
            var one = new LinkedHashMap<>(row);
            one.remove(returning);
            if (value instanceof Map<?, ?> columns) {
                columns.forEach((k, v) -> one.put(String.valueOf(k), v));
            } else {
                one.put(returning, value);
            }
            all.add(one);
        }
        return all;
    }
}
