package dev.skerry.streams;

import dev.skerry.data.StreamSchema;
import dev.skerry.streams.Expr.BoolExpr;
import dev.skerry.streams.Expr.DoubleExpr;
import dev.skerry.streams.Expr.LongExpr;
import dev.skerry.streams.Expr.ObjectExpr;
import dev.skerry.streams.grammar.RuleSqlBaseVisitor;
import dev.skerry.streams.grammar.RuleSqlLexer;
import dev.skerry.streams.grammar.RuleSqlParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/** Turns the text of a rule into closures over rows; every type error is found here, with its line and column. */
final class Compiler extends RuleSqlBaseVisitor<Typed> {

    private final StreamSchema schema;
    private final List<Supplier<Accumulator>> aggregates = new ArrayList<>();
    private final List<String> aggregateTexts = new ArrayList<>();
    private boolean windowed;
    private boolean perRow = true;

    private Compiler(StreamSchema schema) {
        this.schema = schema;
    }

    /** @throws SqlException naming line and column of the first mistake */
    static Plan compile(String sql, String namespace, SchemaLookup schemas) {
        var statement = parse(sql);
        var stream = name(statement.name());
        var schema = schemas.find(namespace, stream).orElseThrow(() -> new UnknownStreamException(stream));
        return new Compiler(schema).plan(statement);
    }

    private static RuleSqlParser.StatementContext parse(String sql) {
        var lexer = new RuleSqlLexer(CharStreams.fromString(sql));
        lexer.removeErrorListeners();
        var parser = new RuleSqlParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.addErrorListener(new BaseErrorListener() {
            @Override
            public void syntaxError(Recognizer<?, ?> recognizer, @Nullable Object at, int line, int column, String text,
                    @Nullable RecognitionException e) {
                var found = at instanceof Token token && token.getType() != Token.EOF ? token.getText() : "the end";
                var possible = e != null && e.getExpectedTokens() != null
                        ? e.getExpectedTokens() : ((Parser) recognizer).getExpectedTokens();
                throw new BeyondException(line, column + 1,
                        "found " + found + " (expected: " + possible.toString(recognizer.getVocabulary()) + ")");
            }
        });
        return parser.statement();
    }

    private Plan plan(RuleSqlParser.StatementContext s) {
        if (!s.orderItem().isEmpty() || s.limit != null) {
            throw beyond(s, "ORDER BY or LIMIT");
        }
        var where = s.where == null ? null : condition(s.where);
        var keys = new ArrayList<Typed>();
        var unit = "";
        long length = 0;
        for (var item : s.groupItem()) {
            if (item instanceof RuleSqlParser.WindowItemContext w) {
                var window = w.window();
                if (window.kind.getType() != RuleSqlParser.TUMBLINGWINDOW || window.INTEGER().size() != 1) {
                    throw beyond(window, window.kind.getText());
                }
                unit = window.unit.getText().toLowerCase(Locale.ROOT);
                if (!Tumbling.UNITS.contains(unit)) {
                    throw error(window, window.unit.getText() + " (expected: dd, hh, mi, ss or ms)");
                }
                try {
                    length = Integer.parseInt(window.INTEGER(0).getText());
                } catch (NumberFormatException e) {
                    length = 0;
                }
                if (length < 1) {
                    throw error(window, window.INTEGER(0).getText() + " (expected: a length of 1 or more)");
                }
                windowed = true;
            } else {
                keys.add(visit(item));
            }
        }
        if (!keys.isEmpty() && !windowed) {
            throw error(s.groupItem(0), "GROUP BY without a window (expected: GROUP BY …, TUMBLINGWINDOW(unit, length))");
        }
        perRow = !windowed;
        var columns = new ArrayList<String>();
        var values = new ArrayList<Typed>();
        for (var field : s.field()) {
            if (field instanceof RuleSqlParser.OneFieldContext one) {
                values.add(visit(one.expr()));
                columns.add(one.name() != null ? name(one.name()) : defaultName(one.expr().getText(), columns.size()));
            } else {
                columns.add("device");
                values.add(column(field, "device"));
                for (var f : schema.fields()) {
                    columns.add(f.name());
                    values.add(column(field, f.name()));
                }
            }
        }
        var having = s.having == null ? null : condition(s.having);
        if (having != null && !windowed) {
            throw beyond(s.having, "HAVING without a window");
        }
        return new Plan(schema, List.copyOf(columns), List.copyOf(values), where, List.copyOf(keys), having,
                List.copyOf(aggregates), unit, length, shape(s), steps(s, columns));
    }

    /** What is done behind the window may change without harm, as long as it asks for the same aggregates in the same order. */
    private String shape(RuleSqlParser.StatementContext s) {
        return name(s.name()) + " where " + (s.where == null ? "" : s.where.getText()) + " by "
                + String.join(",", s.groupItem().stream().map(ParserRuleContext::getText).toList()) + " of " + String.join(",", aggregateTexts);
    }

    private static List<String> steps(RuleSqlParser.StatementContext s, List<String> columns) {
        var steps = new ArrayList<String>();
        steps.add("stream " + name(s.name()) + ", by column");
        if (s.where != null) {
            steps.add("filter: " + s.where.getText());
        }
        if (!s.groupItem().isEmpty()) {
            steps.add("group by " + String.join(", ", s.groupItem().stream().map(ParserRuleContext::getText).toList()) + ", aggregated as rows come");
        }
        if (s.having != null) {
            steps.add("having " + s.having.getText());
        }
        steps.add("select " + String.join(", ", columns));
        return steps;
    }

    private static String defaultName(String text, int at) {
        if (text.matches("\\w+(\\.\\w+)?")) {
            return text.substring(text.indexOf('.') + 1);
        }
        int open = text.indexOf('(');
        return open > 0 && text.endsWith(")") && text.substring(0, open).matches("\\w+")
                ? text.substring(0, open).toLowerCase(Locale.ROOT) : "kuiper_field_" + at;
    }

    private BoolExpr condition(RuleSqlParser.ExprContext e) {
        return bool(e, visit(e));
    }

    private BoolExpr bool(ParserRuleContext at, Typed t) {
        if (t.type() != Type.BOOLEAN && t.type() != Type.ANY) {
            throw error(at, at.getText() + " is " + t.type().word() + " (expected: boolean)");
        }
        return t.asBool();
    }

    private Typed numeric(ParserRuleContext at, Typed t) {
        if (!t.type().numeric() && t.type() != Type.ANY) {
            throw error(at, at.getText() + " is " + t.type().word() + " (expected: a number)");
        }
        return t;
    }

    @Override
    public Typed visitKeyItem(RuleSqlParser.KeyItemContext c) {
        return visit(c.expr());
    }

    @Override
    public Typed visitNot(RuleSqlParser.NotContext c) {
        var e = condition(c.expr());
        return Typed.of((BoolExpr) row -> !e.eval(row));
    }

    @Override
    public Typed visitAnd(RuleSqlParser.AndContext c) {
        var l = condition(c.expr(0));
        var r = condition(c.expr(1));
        return Typed.of((BoolExpr) row -> l.eval(row) && r.eval(row));
    }

    @Override
    public Typed visitOr(RuleSqlParser.OrContext c) {
        var l = condition(c.expr(0));
        var r = condition(c.expr(1));
        return Typed.of((BoolExpr) row -> l.eval(row) || r.eval(row));
    }

    @Override
    public Typed visitCompare(RuleSqlParser.CompareContext c) {
        return Typed.of(comparison(c, visit(c.left), c.op.getText(), visit(c.right)));
    }

    private BoolExpr comparison(ParserRuleContext at, Typed l, String op, Typed r) {
        if (l.type() == Type.INTEGER && r.type() == Type.INTEGER) {
            var a = l.asLong();
            var b = r.asLong();
            var test = Comparison.of(op);
            return row -> {
                int order = Long.compare(a.eval(row), b.eval(row));
                return !row.takeMissing() && test.holds(order);
            };
        }
        if (l.type().numeric() && r.type().numeric()) {
            return Comparison.doubles(op, l.asDouble(), r.asDouble());
        }
        boolean open = l.type() == Type.ANY || r.type() == Type.ANY || l.type() == Type.NULL || r.type() == Type.NULL;
        if (l.type() != r.type() && !open) {
            throw error(at, at.getText() + " compares " + l.type().word() + " with " + r.type().word()
                    + " (expected: two of a kind)");
        }
        var a = l.asObject();
        var b = r.asObject();
        var test = Comparison.of(op);
        return row -> {
            var x = a.eval(row);
            var y = b.eval(row);
            return x != null && y != null && test.holds(Comparison.order(x, y));
        };
    }

    @Override
    public Typed visitBetween(RuleSqlParser.BetweenContext c) {
        var low = comparison(c, visit(c.sum(0)), ">=", visit(c.low));
        var high = comparison(c, visit(c.sum(0)), "<=", visit(c.high));
        boolean not = c.NOT() != null;
        return Typed.of((BoolExpr) row -> (low.eval(row) && high.eval(row)) != not);
    }

    @Override
    public Typed visitIn(RuleSqlParser.InContext c) {
        boolean not = c.NOT() != null;
        var tests = new BoolExpr[c.expr().size()];
        for (int i = 0; i < tests.length; i++) {
            tests[i] = comparison(c, visit(c.sum()), "=", visit(c.expr(i)));
        }
        return Typed.of((BoolExpr) row -> {
            for (var test : tests) {
                if (test.eval(row)) {
                    return !not;
                }
            }
            return not;
        });
    }

    @Override
    public Typed visitLike(RuleSqlParser.LikeContext c) {
        if (!(c.pattern.getText().startsWith("'") || c.pattern.getText().startsWith("\""))) {
            throw beyond(c.pattern, c.pattern.getText());
        }
        var value = visit(c.sum(0));
        if (value.type() != Type.STRING) {
            throw error(c, c.sum(0).getText() + " is " + value.type().word() + " (expected: string)");
        }
        var text = value.asObject();
        var pattern = Pattern.compile(Comparison.likeToRegex(unquote(c.pattern.getText())), Pattern.DOTALL);
        boolean not = c.NOT() != null;
        return Typed.of((BoolExpr) row -> text.eval(row) instanceof String s && pattern.matcher(s).matches() != not);
    }

    @Override
    public Typed visitIsNull(RuleSqlParser.IsNullContext c) {
        var e = visit(c.sum()).expr();
        boolean not = c.NOT() != null;
        return Typed.of((BoolExpr) row -> Typed.present(e, row) == not);
    }

    @Override
    public Typed visitValue(RuleSqlParser.ValueContext c) {
        return visit(c.sum());
    }

    @Override
    public Typed visitNegate(RuleSqlParser.NegateContext c) {
        var t = numeric(c.sum(), visit(c.sum()));
        if (t.type() == Type.INTEGER) {
            var l = t.asLong();
            return Typed.of((LongExpr) row -> -l.eval(row));
        }
        var d = t.asDouble();
        return Typed.of((DoubleExpr) row -> -d.eval(row));
    }

    @Override
    public Typed visitProduct(RuleSqlParser.ProductContext c) {
        return Arithmetic.of(numeric(c.left, visit(c.left)), c.op.getText(), numeric(c.right, visit(c.right)));
    }

    @Override
    public Typed visitAddition(RuleSqlParser.AdditionContext c) {
        return Arithmetic.of(numeric(c.left, visit(c.left)), c.op.getText(), numeric(c.right, visit(c.right)));
    }

    @Override
    public Typed visitSingle(RuleSqlParser.SingleContext c) {
        return visit(c.primary());
    }

    @Override
    public Typed visitPlain(RuleSqlParser.PlainContext c) {
        return visit(c.predicate());
    }

    @Override
    public Typed visitInteger(RuleSqlParser.IntegerContext c) {
        try {
            long v = Long.parseLong(c.getText());
            return Typed.of((LongExpr) row -> v);
        } catch (NumberFormatException e) {
            throw error(c, c.getText() + " (expected: an integer of 64 bits)");
        }
    }

    @Override
    public Typed visitFloat(RuleSqlParser.FloatContext c) {
        double v = Double.parseDouble(c.getText());
        return Typed.of((DoubleExpr) row -> v);
    }

    @Override
    public Typed visitString(RuleSqlParser.StringContext c) {
        var v = unquote(c.getText());
        return new Typed(Type.STRING, (ObjectExpr) row -> v);
    }

    @Override
    public Typed visitBoolean(RuleSqlParser.BooleanContext c) {
        boolean v = c.TRUE() != null;
        return Typed.of((BoolExpr) row -> v);
    }

    @Override
    public Typed visitNull(RuleSqlParser.NullContext c) {
        return new Typed(Type.NULL, (ObjectExpr) row -> null);
    }

    @Override
    public Typed visitParens(RuleSqlParser.ParensContext c) {
        return visit(c.expr());
    }

    @Override
    public Typed visitCase(RuleSqlParser.CaseContext c) {
        int n = c.when_().size();
        var tests = new BoolExpr[n];
        var results = new ArrayList<Typed>();
        int skip = c.subject == null ? 0 : 1;
        for (int i = 0; i < n; i++) {
            var when = c.when_(i);
            tests[i] = c.subject == null
                    ? condition(when.expr())
                    : comparison(when, visit(c.subject), "=", visit(when.expr()));
            results.add(visit(c.expr(skip + i)));
        }
        results.add(c.otherwise == null ? new Typed(Type.NULL, (ObjectExpr) row -> null) : visit(c.otherwise));
        var types = new HashSet<Type>();
        results.forEach(t -> types.add(t.type()));
        types.remove(Type.NULL);
        var type = types.size() == 1 ? types.iterator().next() : Type.ANY;
        var values = results.stream().map(Typed::asObject).toList();
        return new Typed(type, (ObjectExpr) row -> {
            int i = 0;
            while (i < n && !tests[i].eval(row)) {
                i++;
            }
            return values.get(i).eval(row);
        });
    }

    @Override
    public Typed visitColumnRef(RuleSqlParser.ColumnRefContext c) {
        if (c.stream != null && !name(c.stream).equals(schema.stream())) {
            throw error(c, name(c.stream) + " (expected: " + schema.stream() + ")");
        }
        return column(c, name(c.column));
    }

    private Typed column(ParserRuleContext at, String name) {
        int i = schema.indexOf(name);
        if (i < 0 && !name.equals("device")) {
            var names = schema.fields().stream().map(dev.skerry.data.Field::name).toList();
            throw error(at, name + " (expected: device, " + String.join(", ", names) + ")");
        }
        var type = i < 0 ? Type.STRING : Type.of(schema.fields().get(i).type());
        Expr read = i < 0 ? (ObjectExpr) Row::device : switch (type) {
            case FLOAT -> (DoubleExpr) row -> row.asDouble(i);
            case INTEGER -> (LongExpr) row -> row.asLong(i);
            case BOOLEAN -> (BoolExpr) row -> row.asBoolean(i);
            case STRING, NULL, ANY -> (ObjectExpr) row -> row.asString(i);
        };
        var typed = new Typed(type, read);
        // Behind a window a bare column is that of the group's first row.
        return perRow ? typed : aggregate(name, type, () -> new Accumulator.Pick(read, true));
    }

    private Typed aggregate(String text, Type type, Supplier<Accumulator> supplier) {
        int i = aggregates.size();
        aggregateTexts.add(text);
        aggregates.add(supplier);
        return new Typed(type, (ObjectExpr) row -> row.group[i].result());
    }

    @Override
    public Typed visitCountAll(RuleSqlParser.CountAllContext c) {
        if (!name(c.function).equalsIgnoreCase("count")) {
            throw beyond(c, c.getText());
        }
        needWindow(c);
        return aggregate("count(*)", Type.INTEGER, () -> new Accumulator.Count(null));
    }

    private void needWindow(ParserRuleContext c) {
        if (perRow) {
            throw beyond(c, c.getText());
        }
    }

    @Override
    public Typed visitCall(RuleSqlParser.CallContext c) {
        var name = name(c.function).toLowerCase(Locale.ROOT);
        int n = c.expr().size();
        if (name.equals("meta") && n == 1) {
            return column(c, c.expr(0).getText());
        }
        if (name.equals("window_start") && windowed) {
            return Typed.of((LongExpr) row -> row.windowStart);
        }
        if (name.equals("window_end") && windowed) {
            return Typed.of((LongExpr) row -> row.windowEnd);
        }
        if (Functions.AGGREGATES.contains(name)) {
            needWindow(c);
            if (n != 1 && !(n == 2 && name.equals("last_value"))) {
                throw beyond(c, name);
            }
            perRow = true;
            Typed t;
            try {
                t = visit(c.expr(0));
            } finally {
                perRow = false;
            }
            if (!name.equals("count") && !name.equals("last_value") && !name.equals("collect")) {
                numeric(c.expr(0), t);
            }
            // The average of integers is exact: eKuiper's whole number is asked for with options.ekuiper.
            boolean whole = t.type() == Type.INTEGER && !name.startsWith("stddev") && !name.equals("avg");
            return switch (name) {
                case "count" -> aggregate(c.getText(), Type.INTEGER, () -> new Accumulator.Count(t.expr()));
                case "last_value" -> aggregate(c.getText(), t.type(), () -> new Accumulator.Pick(t.expr(), false));
                case "collect" -> aggregate(c.getText(), Type.ANY, () -> new Accumulator.Collect(t.expr()));
                default -> {
                    var what = Accumulator.Doubles.What.valueOf(name.toUpperCase(Locale.ROOT));
                    yield whole ? aggregate(c.getText(), Type.INTEGER, () -> new Accumulator.Longs(t.asLong(), what))
                            : aggregate(c.getText(), Type.FLOAT, () -> new Accumulator.Doubles(t.asDouble(), what));
                }
            };
        }
        var arguments = new ArrayList<Typed>();
        c.expr().forEach(e -> arguments.add(visit(e)));
        try {
            return Functions.call(name, arguments);
        } catch (SqlException e) {
            throw beyond(c, Objects.requireNonNullElse(e.getMessage(), name));
        }
    }

    private static String unquote(String text) {
        return text.substring(1, text.length() - 1).replaceAll("\\\\([\\\\'\"])", "$1");
    }

    private static String name(RuleSqlParser.NameContext c) {
        var text = c.getText();
        return text.startsWith("`") ? text.substring(1, text.length() - 1) : text;
    }

    private static BeyondException beyond(ParserRuleContext at, String what) {
        return new BeyondException(at.getStart().getLine(), at.getStart().getCharPositionInLine() + 1, what);
    }

    private static SqlException error(ParserRuleContext at, String message) {
        return new SqlException(at.getStart().getLine(), at.getStart().getCharPositionInLine() + 1, message);
    }
}
