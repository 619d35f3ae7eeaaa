package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Turns expressions into closures. */
final class TreeCompiler {

    private final Operators operators;
    private final CallCompiler calls;
    private final boolean ignoreCase;
    private final boolean asEkuiper;

    TreeCompiler(dev.skerry.streams.functions.FunctionTable functions, Memory memory, RuleOptions options) {
        operators = new Operators(memory.zone());
        calls = new CallCompiler(functions, this, options.asEkuiper());
        ignoreCase = options.ignoreCase();
        asEkuiper = options.asEkuiper();
    }

    Operators operators() {
        return operators;
    }

    CallCompiler calls() {
        return calls;
    }

    List<Eval> compileAll(List<Tree> trees) {
        return trees.stream().map(this::compile).toList();
    }

    Eval compile(Tree tree) {
        return switch (tree) {
            case Tree.Literal l -> {
                var value = l.value();
                yield env -> value;
            }
            case Tree.Unit u -> env -> u.name();
            case Tree.Interval i -> env -> i.millis();
            case Tree.Column c -> column(c);
            case Tree.Alias a -> slot(a.slot(), a.meaning());
            case Tree.Slot s -> slot(s.index(), s.meaning());
            case Tree.Meta m -> env -> env.row.meta(m.stream(), m.name(), ignoreCase);
            case Tree.Arrow a -> arrow(a);
            case Tree.Index i -> index(i);
            case Tree.Slice s -> slice(s);
            case Tree.Binary b -> binary(b);
            case Tree.Not n -> {
                var of = compile(n.of());
                yield env -> switch (of.of(env)) {
                    case null -> null;
                    case Boolean b -> !b;
                    case Object o -> throw new EvalException("NOT of " + GoText.typed(o) + " (expected: boolean)");
                };
            }
            case Tree.Negate n -> {
                var of = compile(n.of());
                yield env -> switch (of.of(env)) {
                    case null -> null;
                    case Long l -> -l;
                    case Double d -> -d;
                    case Object o -> throw new EvalException("- of " + GoText.typed(o) + " (expected: a number)");
                };
            }
            case Tree.Paren p -> compile(p.of());
            case Tree.IsNull i -> {
                var of = compile(i.of());
                boolean not = i.not();
                yield env -> (of.of(env) == null) != not;
            }
            case Tree.Between b -> between(b);
            case Tree.InList i -> in(i);
            case Tree.InArray i -> inArray(i);
            case Tree.Like l -> like(l);
            case Tree.Case c -> cases(c);
            case Tree.Wildcard w -> wildcard(w);
            case Tree.Call c -> calls.compile(c);
            case Tree.Window w -> throw new SqlException(w.at(), "a window (expected: only in GROUP BY)");
        };
    }

    private Eval column(Tree.Column c) {
        var stream = c.stream();
        var name = c.name();
        boolean any = ignoreCase;
        return env -> {
            var found = env.row.get(stream, name, any);
            return found == Row.ABSENT ? null : found;
        };
    }

    /** Computed once a row, by whoever asks first. */
    private Eval slot(int i, Tree meaning) {
        var compute = compile(meaning);
        return env -> {
            var there = env.row.slot(i);
            if (there != Row.ABSENT) {
                return there;
            }
            var value = compute.of(env);
            env.row.setSlot(i, value);
            return value;
        };
    }

    private Eval arrow(Tree.Arrow a) {
        var from = compile(a.from());
        var name = a.name();
        boolean any = ignoreCase;
        return env -> switch (from.of(env)) {
            case null -> null;
            case Map<?, ?> m -> {
                @SuppressWarnings("unchecked")
                var found = Row.find((Map<String, @Nullable Object>) m, name, any);
                yield found == Row.ABSENT ? null : found;
            }
            case List<?> l -> throw new EvalException("the result " + GoText.of(l) + " is not a type of map[string]interface{}");
            case Object o -> {
                var other = env.row.get("", name, any);
                if (other == Row.ABSENT || other == null) {
                    yield null;
                }
                throw new EvalException("invalid operation " + GoText.typed(o) + " -> " + GoText.typed(other));
            }
        };
    }

    private Eval index(Tree.Index i) {
        var from = compile(i.from());
        var index = compile(i.index());
        return env -> {
            var list = from.of(env);
            int at = Operators.index("index", index.of(env));
            return Subsets.of(list, at, at);
        };
    }

    private Eval slice(Tree.Slice s) {
        var from = compile(s.from());
        var start = s.start() == null ? (Eval) env -> 0L : compile(s.start());
        var to = s.to() == null ? null : compile(s.to());
        return env -> {
            var list = from.of(env);
            int begin = Operators.index("colon start", start.of(env));
            int end = to == null ? Subsets.OPEN : Operators.index("colon end", to.of(env));
            return Subsets.of(list, begin, end);
        };
    }

    private Eval binary(Tree.Binary b) {
        var left = compile(b.left());
        var right = compile(b.right());
        var op = b.op();
        var ops = operators;
        return switch (op) {
            case "AND" -> env -> {
                var l = list(left.of(env), op);
                return Objects.equals(l, false) ? false : ops.apply(op, l, right.of(env));
            };
            case "OR" -> env -> {
                var l = list(left.of(env), op);
                return Objects.equals(l, true) ? true : ops.apply(op, l, right.of(env));
            };
            default -> env -> {
                var l = list(left.of(env), op);
                return ops.apply(op, l, right.of(env));
            };
        };
    }

    private static @Nullable Object list(@Nullable Object left, String op) {
        if (left instanceof Map<?, ?> || left instanceof List<?>) {
            throw new EvalException(op + " is an invalid operation for " + GoText.type(left));
        }
        return left;
    }

    private Eval between(Tree.Between b) {
        var of = compile(b.of());
        var low = compile(b.low());
        var high = compile(b.high());
        boolean not = b.not();
        return env -> {
            var value = list(of.of(env), "BETWEEN");
            var l = low.of(env);
            var h = high.of(env);
            if (value == null || l == null || h == null) {
                return false;
            }
            // Both, so that a bound which does not compare is told whatever the other says.
            var above = holds(value, ">=", l);
            var below = holds(value, "<=", h);
            return (above && below) != not;
        };
    }

    private boolean holds(Object value, String op, Object bound) {
        try {
            return Objects.equals(operators.apply(op, value, bound), true);
        } catch (EvalException e) {
            throw new EvalException("between operator cannot compare " + GoText.typed(value) + " and " + GoText.typed(bound));
        }
    }

    private Eval in(Tree.InList i) {
        var of = compile(i.of());
        var values = compileAll(i.values());
        boolean not = i.not();
        return env -> {
            var value = list(of.of(env), "IN");
            var all = new ArrayList<@Nullable Object>(values.size());
            for (var v : values) {
                all.add(v.of(env));
            }
            return contains(value, all, not);
        };
    }

    private Eval inArray(Tree.InArray i) {
        var of = compile(i.of());
        var array = compile(i.array());
        boolean not = i.not();
        return env -> {
            var value = list(of.of(env), "IN");
            return switch (array.of(env)) {
                case null -> not;
                case List<?> l -> contains(value, l, not);
                case Object o -> throw new EvalException("IN of " + GoText.typed(o) + " (expected: a list)");
            };
        };
    }

    private boolean contains(@Nullable Object value, List<?> all, boolean not) {
        if (value == null) {
            return false;
        }
        for (var one : all) {
            try {
                if (Objects.equals(operators.apply("=", value, one), true)) {
                    return !not;
                }
            } catch (EvalException e) {
                throw new EvalException("evaluate in expression error: " + e.text());
            }
        }
        return not;
    }

    private Eval like(Tree.Like l) {
        var of = compile(l.of());
        boolean not = l.not();
        if (l.pattern() instanceof Tree.Literal literal && literal.value() instanceof String s) {
            var pattern = pattern(s, l.escape());
            return env -> matches(of.of(env), pattern) != not;
        }
        var written = compile(l.pattern());
        return env -> {
            var value = of.of(env);
            if (!(written.of(env) instanceof String s)) {
                throw new EvalException("invalid LIKE pattern, must be a string but got " + GoText.of(written.of(env)));
            }
            return matches(value, pattern(s, l.escape())) != not;
        };
    }

    private static boolean matches(@Nullable Object value, Pattern pattern) {
        if (value instanceof String s) {
            return pattern.matcher(s).matches();
        }
        throw new EvalException("LIKE operator left operand expects string, but found " + GoText.of(value));
    }

    private Pattern pattern(String like, char escape) {
        var regex = new StringBuilder();
        for (int i = 0; i < like.length(); i++) {
            char c = like.charAt(i);
            if (c == escape && i + 1 < like.length() && (like.charAt(i + 1) == '%' || like.charAt(i + 1) == '_' || like.charAt(i + 1) == escape)) {
                // eKuiper keeps the backslash as a character of the text.
                regex.append(asEkuiper ? "\\\\" : "").append(Pattern.quote(String.valueOf(like.charAt(++i))));
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw new EvalException("invalid LIKE pattern: " + like);
        }
    }

    private Eval cases(Tree.Case c) {
        int n = c.whens().size();
        var subject = c.subject() == null ? null : compile(c.subject());
        var tests = compileAll(c.whens().stream().map(Tree.When::condition).toList());
        var results = compileAll(c.whens().stream().map(Tree.When::result).toList());
        Eval otherwise = c.otherwise() == null ? env -> null : compile(c.otherwise());
        return env -> {
            var value = subject == null ? null : subject.of(env);
            for (int i = 0; i < n; i++) {
                boolean hit;
                try {
                    var test = tests.get(i).of(env);
                    hit = subject == null ? Objects.equals(test, true) : Objects.equals(operators.apply("=", value, test), true);
                } catch (EvalException e) {
                    throw new EvalException("evaluate case expression error: " + e.text());
                }
                if (hit) {
                    return results.get(i).of(env);
                }
            }
            return otherwise.of(env);
        };
    }

    private Eval wildcard(Tree.Wildcard w) {
        var except = w.except();
        var names = w.replace().stream().map(Tree.Field::outName).toList();
        var values = compileAll(w.replace().stream().map(Tree.Field::expr).toList());
        return env -> {
            var all = env.row.all("");
            if (except.isEmpty() && names.isEmpty()) {
                return all;
            }
            var picked = new LinkedHashMap<String, @Nullable Object>();
            all.forEach((k, v) -> {
                if (!except.contains(k)) {
                    picked.put(k, v);
                }
            });
            for (int i = 0; i < names.size(); i++) {
                picked.put(names.get(i), values.get(i).of(env));
            }
            return picked;
        };
    }
}
