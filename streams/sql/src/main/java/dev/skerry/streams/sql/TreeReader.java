package dev.skerry.streams.sql;

import static dev.skerry.streams.sql.StatementReader.at;
import static dev.skerry.streams.sql.StatementReader.name;

import dev.skerry.streams.functions.Argument;
import dev.skerry.streams.functions.Columns;
import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.functions.Implicit;
import dev.skerry.streams.sql.grammar.SqlBaseVisitor;
import dev.skerry.streams.sql.grammar.SqlParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.antlr.v4.runtime.ParserRuleContext;
import org.jspecify.annotations.Nullable;

/** Reads expressions; the arguments of calls are checked as far as the text tells. */
final class TreeReader extends SqlBaseVisitor<Tree> {

    private static final Set<String> ANALYTIC = Set.of("lag", "latest", "changed_col", "had_changed", "acc_sum", "acc_min", "acc_max",
            "acc_avg", "acc_count");

    private final FunctionTable functions;
    private final Set<String> sources;
    private final Function<SqlParser.FieldContext, Tree.Field> fields;
    private final WindowReader windows = new WindowReader(this);
    private String clause = "";
    private boolean inMeta;
    private int calls;

    TreeReader(FunctionTable functions, Set<String> sources, Function<SqlParser.FieldContext, Tree.Field> fields) {
        this.functions = functions;
        this.sources = sources;
        this.fields = fields;
    }

    static boolean isAnalytic(String name) {
        return ANALYTIC.contains(name);
    }

    void enter(String name) {
        clause = name;
    }

    int calls() {
        return calls;
    }

    Tree read(SqlParser.ExprContext c) {
        return visit(c);
    }

    Tree.Window windowOf(SqlParser.WindowTableContext c) {
        return windows.ofTable(c);
    }

    List<Tree.Sort> sorts(List<SqlParser.SortContext> all) {
        var sorts = new ArrayList<Tree.Sort>();
        for (var s : all) {
            sorts.add(new Tree.Sort(visit(s.expr()), s.direction == null || s.direction.getType() != SqlParser.DESC));
        }
        return sorts;
    }

    private List<Tree> readAll(List<SqlParser.ExprContext> all) {
        var trees = new ArrayList<Tree>();
        for (var c : all) {
            trees.add(visit(c));
        }
        return trees;
    }

    @Override
    public Tree visitNot(SqlParser.NotContext c) {
        return new Tree.Not(visit(c.expr()));
    }

    @Override
    public Tree visitAnd(SqlParser.AndContext c) {
        return new Tree.Binary("AND", visit(c.expr(0)), visit(c.expr(1)));
    }

    @Override
    public Tree visitOr(SqlParser.OrContext c) {
        return new Tree.Binary("OR", visit(c.expr(0)), visit(c.expr(1)));
    }

    @Override
    public Tree visitPlain(SqlParser.PlainContext c) {
        return visit(c.predicate());
    }

    @Override
    public Tree visitValue(SqlParser.ValueContext c) {
        return visit(c.sum());
    }

    @Override
    public Tree visitCompare(SqlParser.CompareContext c) {
        var op = c.op.getType() == SqlParser.NEQ ? "!=" : c.op.getText();
        return new Tree.Binary(op, visit(c.left), visit(c.right));
    }

    @Override
    public Tree visitBetween(SqlParser.BetweenContext c) {
        return new Tree.Between(visit(c.predicate()), visit(c.low), visit(c.high), c.NOT() != null);
    }

    @Override
    public Tree visitInList(SqlParser.InListContext c) {
        return new Tree.InList(visit(c.predicate()), readAll(c.expr()), c.NOT() != null);
    }

    @Override
    public Tree visitInArray(SqlParser.InArrayContext c) {
        return new Tree.InArray(visit(c.predicate()), visit(c.sum()), c.NOT() != null);
    }

    @Override
    public Tree visitLike(SqlParser.LikeContext c) {
        char escape = '\\';
        if (c.escape != null) {
            var text = StatementReader.unquote(at(c), c.escape.getText());
            if (text.length() != 1) {
                throw new SqlException(at(c), "ESCAPE " + c.escape.getText() + " (expected: one character)");
            }
            escape = text.charAt(0);
        }
        return new Tree.Like(visit(c.predicate()), visit(c.pattern), escape, c.NOT() != null);
    }

    @Override
    public Tree visitIsNull(SqlParser.IsNullContext c) {
        return new Tree.IsNull(visit(c.predicate()), c.NOT() != null);
    }

    @Override
    public Tree visitArrow(SqlParser.ArrowContext c) {
        return new Tree.Arrow(visit(c.sum()), c.name() == null ? "*" : name(c.name()));
    }

    @Override
    public Tree visitDot(SqlParser.DotContext c) {
        var from = visit(c.sum());
        var name = c.name() == null ? "*" : name(c.name());
        if (from instanceof Tree.Column column && column.stream().isEmpty() && sources.contains(column.name())) {
            return new Tree.Column(column.name(), name, column.at());
        }
        if (from instanceof Tree.Meta meta && meta.stream().isEmpty() && sources.contains(meta.name())) {
            return new Tree.Meta(meta.name(), name);
        }
        if (c.name() == null) {
            throw new SqlException(at(c), c.getText() + " (expected: a source before .*)");
        }
        return new Tree.Arrow(from, name);
    }

    @Override
    public Tree visitSubset(SqlParser.SubsetContext c) {
        var from = visit(c.sum());
        var s = c.subscript();
        if (s == null) {
            return new Tree.Slice(from, null, null);
        }
        boolean slice = s.getText().contains(":") && s.children.stream().anyMatch(x -> x.getText().equals(":"));
        return slice ? new Tree.Slice(from, s.from == null ? null : visit(s.from), s.to == null ? null : visit(s.to))
                : new Tree.Index(from, visit(s.expr(0)));
    }

    @Override
    public Tree visitNegate(SqlParser.NegateContext c) {
        var of = visit(c.sum());
        if (of instanceof Tree.Literal l && l.value() instanceof Long n) {
            return new Tree.Literal(-n);
        }
        if (of instanceof Tree.Literal l && l.value() instanceof Double n) {
            return new Tree.Literal(-n);
        }
        return new Tree.Negate(of);
    }

    @Override
    public Tree visitNegativeFraction(SqlParser.NegativeFractionContext c) {
        return new Tree.Literal(-Double.parseDouble("." + c.INTEGER().getText()));
    }

    @Override
    public Tree visitProduct(SqlParser.ProductContext c) {
        return new Tree.Binary(c.op.getText(), visit(c.left), visit(c.right));
    }

    @Override
    public Tree visitAddition(SqlParser.AdditionContext c) {
        return new Tree.Binary(c.op.getText(), visit(c.left), visit(c.right));
    }

    @Override
    public Tree visitSingle(SqlParser.SingleContext c) {
        return visit(c.primary());
    }

    @Override
    public Tree visitInteger(SqlParser.IntegerContext c) {
        try {
            return new Tree.Literal(Long.parseLong(c.getText()));
        } catch (NumberFormatException e) {
            throw new SqlException(at(c), c.getText() + " (expected: an integer of 64 bits)");
        }
    }

    @Override
    public Tree visitFloat(SqlParser.FloatContext c) {
        return new Tree.Literal(Double.parseDouble(c.getText()));
    }

    @Override
    public Tree visitString(SqlParser.StringContext c) {
        return new Tree.Literal(StatementReader.unquote(at(c), c.getText()));
    }

    @Override
    public Tree visitBoolean(SqlParser.BooleanContext c) {
        return new Tree.Literal(c.TRUE() != null);
    }

    @Override
    public Tree visitNull(SqlParser.NullContext c) {
        return new Tree.Literal(null);
    }

    @Override
    public Tree visitTimeUnit(SqlParser.TimeUnitContext c) {
        return new Tree.Unit(c.getText().toLowerCase(Locale.ROOT));
    }

    @Override
    public Tree visitIntervalValue(SqlParser.IntervalValueContext c) {
        return new Tree.Interval(WindowReader.millis(c.interval()));
    }

    @Override
    public Tree visitParens(SqlParser.ParensContext c) {
        return new Tree.Paren(visit(c.expr()));
    }

    @Override
    public Tree visitColumnRef(SqlParser.ColumnRefContext c) {
        return inMeta ? new Tree.Meta("", name(c.name())) : new Tree.Column("", name(c.name()), at(c));
    }

    @Override
    public Tree visitStar(SqlParser.StarContext c) {
        if (inMeta) {
            if (!c.wildcardPart().isEmpty()) {
                throw new SqlException(at(c), "EXCEPT or REPLACE (expected: neither in meta)");
            }
            return new Tree.Meta("", "*");
        }
        var except = new ArrayList<String>();
        var replace = new ArrayList<Tree.Field>();
        for (var part : c.wildcardPart()) {
            if (part instanceof SqlParser.ExceptContext e) {
                except.addAll(StatementReader.names(e.name()));
            } else if (part instanceof SqlParser.ReplaceContext r) {
                r.field().forEach(f -> replace.add(fields.apply(f)));
            }
        }
        return new Tree.Wildcard(List.copyOf(except), List.copyOf(replace));
    }

    @Override
    public Tree visitCase(SqlParser.CaseContext c) {
        @Nullable Tree subject = c.subject == null ? null : visit(c.subject);
        var whens = new ArrayList<Tree.When>();
        for (var when : c.when()) {
            var condition = visit(when.condition);
            if (subject == null && !mayBeBoolean(condition)) {
                throw new SqlException(at(when.condition), when.condition.getText() + " (expected: a condition after WHEN)");
            }
            whens.add(new Tree.When(condition, visit(when.result)));
        }
        return new Tree.Case(subject, List.copyOf(whens), c.otherwise == null ? null : visit(c.otherwise));
    }

    private static boolean mayBeBoolean(Tree t) {
        return isBoolean(t) || t.bare() instanceof Tree.Call;
    }

    static boolean isBoolean(Tree tree) {
        return switch (tree.bare()) {
            case Tree.Literal l -> l.value() instanceof Boolean;
            case Tree.Binary b -> Set.of("AND", "OR", "=", "!=", "<", "<=", ">", ">=").contains(b.op());
            case Tree.Between b -> true;
            case Tree.InList i -> true;
            case Tree.InArray i -> true;
            case Tree.Like l -> true;
            case Tree.Not n -> true;
            case Tree.IsNull i -> true;
            default -> false;
        };
    }

    @Override
    public Tree visitCall(SqlParser.CallContext c) {
        var written = name(c.function);
        var name = written.toLowerCase(Locale.ROOT);
        var asWindow = windows.of(name, c);
        if (asWindow != null) {
            return asWindow;
        }
        var place = at(c);
        if (name.equals("dedup_trigger")) {
            return call(c, name, dedupTrigger(c, readAll(c.expr())));
        }
        var function = functions.find(name);
        if (function == null) {
            throw new SqlException(place, "function " + written + " not found (expected: one of those in docs/functions.md)");
        }
        if (function instanceof Columns && !clause.equals("select")) {
            throw new SqlException(place, "function " + written + " (expected: only in the select list)");
        }
        boolean was = inMeta;
        inMeta = name.equals("meta") || name.equals("mqtt");
        var args = readAll(c.expr());
        inMeta = was;
        var problem = function.check(args.stream().map(TreeReader::argument).toList());
        if (problem.isPresent()) {
            throw new SqlException(place, "function " + name + ": " + problem.get());
        }
        if (c.filter() != null) {
            throw new SqlException(at(c.filter()), "FILTER after " + name + " (expected: after a window)");
        }
        if (c.over() != null && !ANALYTIC.contains(name) && !(function instanceof Implicit i && i.what() == Implicit.What.ROW_NUMBER)) {
            throw new SqlException(at(c.over()), "OVER after " + name + " (expected: after an analytic function)");
        }
        return call(c, name, args);
    }

    private static List<Tree> dedupTrigger(SqlParser.CallContext c, List<Tree> args) {
        boolean fits = args.size() == 4 && args.subList(0, 3).stream().allMatch(Tree.Column.class::isInstance)
                && args.get(3) instanceof Tree.Literal l && l.value() instanceof Long;
        if (!fits) {
            throw new SqlException(at(c), "dedup_trigger (expected: three columns and an integer)");
        }
        return args;
    }

    private Tree.Call call(SqlParser.CallContext c, String name, List<Tree> args) {
        int id = calls++;
        var partition = new ArrayList<Tree>();
        var order = new ArrayList<Tree.Sort>();
        @Nullable Tree when = null;
        if (c.over() != null) {
            for (var part : c.over().overPart()) {
                switch (part) {
                    case SqlParser.PartitionContext p -> partition.addAll(readAll(p.expr()));
                    case SqlParser.OverOrderContext o -> order.addAll(sorts(o.sort()));
                    case SqlParser.OverWhenContext w -> when = visit(w.expr());
                    default -> throw new SqlException(at(part), part.getText() + " (expected: PARTITION BY, ORDER BY or WHEN)");
                }
            }
            boolean analytic = ANALYTIC.contains(name);
            if (analytic && !order.isEmpty() || !analytic && when != null) {
                throw new SqlException(at(c.over()), analytic ? "ORDER BY (expected: PARTITION BY or WHEN)" : "WHEN (expected: PARTITION BY or ORDER BY)");
            }
        }
        return new Tree.Call(name, id, List.copyOf(args), List.copyOf(partition), List.copyOf(order), when, at(c));
    }

    Tree readTree(ParserRuleContext c) {
        return visit(c);
    }

    private static Argument argument(Tree tree) {
        return switch (tree) {
            case Tree.Literal l -> switch (l.value()) {
                case Long n -> new Argument(Argument.Shape.INTEGER, n);
                case Double d -> new Argument(Argument.Shape.FLOAT, d);
                case String s -> new Argument(Argument.Shape.STRING, s);
                case Boolean b -> new Argument(Argument.Shape.BOOLEAN, b);
                case null, default -> Argument.ANY;
            };
            case Tree.Unit u -> new Argument(Argument.Shape.TIME, u.name());
            case Tree.Column c -> new Argument(Argument.Shape.FIELD, c.name());
            case Tree.Meta m -> new Argument(Argument.Shape.META, m.name());
            case Tree.Arrow a -> a.any(Tree.Meta.class::isInstance) ? new Argument(Argument.Shape.META, a.name()) : Argument.ANY;
            default -> !(tree instanceof Tree.Paren) && isBoolean(tree) ? new Argument(Argument.Shape.BOOLEAN, null) : Argument.ANY;
        };
    }
}
