package dev.skerry.streams;

import dev.skerry.streams.Expr.DoubleExpr;
import dev.skerry.streams.Expr.ObjectExpr;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** The scalar functions, in one table. */
final class Functions {

    static final Set<String> AGGREGATES =
            Set.of("count", "sum", "avg", "min", "max", "last_value", "collect", "stddev", "stddevs");

    private interface Form {
        Typed compile(String name, List<Typed> arguments);
    }

    private static final Map<String, Form> TABLE = new TreeMap<>(Map.ofEntries(
            Map.entry("abs", unary(Math::abs)),
            Map.entry("ceil", unary(Math::ceil)),
            Map.entry("floor", unary(Math::floor)),
            Map.entry("round", unary(v -> Math.copySign(Math.floor(Math.abs(v) + 0.5), v))),
            Map.entry("sqrt", unary(Math::sqrt)),
            Map.entry("exp", unary(Math::exp)),
            Map.entry("ln", unary(Math::log)),
            Map.entry("sin", unary(Math::sin)),
            Map.entry("cos", unary(Math::cos)),
            Map.entry("power", binary(Math::pow)),
            Map.entry("mod", binary((a, b) -> a % b)),
            Map.entry("lower", text(s -> s.toLowerCase(Locale.ROOT))),
            Map.entry("upper", text(s -> s.toUpperCase(Locale.ROOT))),
            Map.entry("trim", text(String::strip)),
            Map.entry("length", Functions::length),
            Map.entry("concat", Functions::concat),
            Map.entry("coalesce", Functions::coalesce)));

    private Functions() {}

    static Typed call(String name, List<Typed> arguments) {
        var form = TABLE.get(name);
        if (form == null) {
            throw new SqlException("function " + name + " (expected: one of " + String.join(", ", TABLE.keySet()) + ")");
        }
        return form.compile(name, arguments);
    }

    private static void need(String name, List<Typed> arguments, int n, Type... types) {
        if (arguments.size() != n) {
            throw new SqlException(name + " with " + arguments.size() + " arguments (expected: " + n + ")");
        }
        for (var a : arguments) {
            if (a.type() != Type.ANY && !Set.of(types).contains(a.type())) {
                throw new SqlException(name + " of " + a.type().word() + " (expected: " + types[0].word() + ")");
            }
        }
    }

    private static Form unary(DoubleUnaryOperator f) {
        return (name, arguments) -> {
            need(name, arguments, 1, Type.FLOAT, Type.INTEGER);
            var a = arguments.getFirst().asDouble();
            DoubleExpr e = row -> f.applyAsDouble(a.eval(row));
            if (name.equals("abs") && arguments.getFirst().type() == Type.INTEGER) {
                var l = arguments.getFirst().asLong();
                return new Typed(Type.INTEGER, (Expr.LongExpr) row -> Math.abs(l.eval(row)));
            }
            return new Typed(Type.FLOAT, e);
        };
    }

    private static Form binary(DoubleBinaryOperator f) {
        return (name, arguments) -> {
            need(name, arguments, 2, Type.FLOAT, Type.INTEGER);
            var a = arguments.get(0).asDouble();
            var b = arguments.get(1).asDouble();
            return new Typed(Type.FLOAT, (DoubleExpr) row -> f.applyAsDouble(a.eval(row), b.eval(row)));
        };
    }

    private static Form text(Function<String, String> f) {
        return (name, arguments) -> {
            need(name, arguments, 1, Type.STRING);
            var a = arguments.getFirst().asObject();
            return new Typed(Type.STRING, (ObjectExpr) row -> a.eval(row) instanceof String s ? f.apply(s) : null);
        };
    }

    private static Typed length(String name, List<Typed> arguments) {
        need(name, arguments, 1, Type.STRING);
        var a = arguments.getFirst().asObject();
        return new Typed(Type.INTEGER, (ObjectExpr) row -> a.eval(row) instanceof String s
                ? (Object) (long) s.codePointCount(0, s.length()) : null);
    }

    private static Typed concat(String name, List<Typed> arguments) {
        var parts = arguments.stream().map(Typed::asObject).toList();
        return new Typed(Type.STRING, (ObjectExpr) row -> {
            var all = new StringBuilder();
            for (var part : parts) {
                var value = part.eval(row);
                all.append(value == null ? "" : Template.show(value));
            }
            return all.toString();
        });
    }

    private static Typed coalesce(String name, List<Typed> arguments) {
        var parts = arguments.stream().map(Typed::asObject).toList();
        var types = arguments.stream().map(Typed::type).distinct().toList();
        return new Typed(types.size() == 1 ? types.getFirst() : Type.ANY, (ObjectExpr) row -> {
            for (var part : parts) {
                var value = part.eval(row);
                if (value != null) {
                    return value;
                }
            }
            return null;
        });
    }
}
