package dev.skerry.streams.sql;

import static dev.skerry.streams.sql.StatementReader.at;
import static dev.skerry.streams.sql.StatementReader.name;

import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.sql.grammar.SqlParser;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a SELECT: its sources first, for a name before a dot may be one of them. */
final class SelectReader {

    private static final Set<String> WINDOW_COLUMNS = Set.of("window_start", "window_end", "window_time");

    private final FunctionTable functions;
    private final Set<String> sources = new LinkedHashSet<>();
    private final List<Tree.Window> windows = new ArrayList<>();
    private TreeReader trees;
    private int unnamed;

    SelectReader(FunctionTable functions) {
        this.functions = functions;
        trees = new TreeReader(functions, sources, this::field);
    }

    Statement.Select read(SqlParser.SelectContext c) {
        var from = source(c.source());
        for (var join : c.join()) {
            source(join.source());
        }
        trees = new TreeReader(functions, sources, this::field);
        windows.clear();
        source(c.source());
        var fields = new ArrayList<Tree.Field>();
        trees.enter("select");
        for (var f : c.field()) {
            fields.add(field(f));
        }
        trees.enter("other");
        var joins = new ArrayList<Statement.Join>();
        for (var join : c.join()) {
            joins.add(join(join));
        }
        var where = c.where == null ? null : trees.read(c.where);
        var groups = new ArrayList<Tree>();
        for (var g : c.group()) {
            var tree = trees.read(g.expr());
            if (tree instanceof Tree.Window w) {
                windows.add(w);
            } else {
                groups.add(tree);
            }
        }
        if (windows.size() > 1) {
            throw new SqlException(windows.get(1).at(), "a second window (expected: one)");
        }
        var window = windows.isEmpty() ? null : windows.getFirst();
        var having = c.having == null ? null : trees.read(c.having);
        var order = trees.sorts(c.sort());
        int limit = c.limit == null ? Statement.Select.NO_LIMIT : limit(c);
        var select = new Statement.Select(List.copyOf(fields), from, List.copyOf(joins), where, List.copyOf(groups), window, having, order,
                limit, trees.calls());
        return SelectCheck.check(window != null && window.standard() ? windowColumns(select) : select, functions);
    }

    private static int limit(SqlParser.SelectContext c) {
        try {
            return Integer.parseInt(c.limit.getText());
        } catch (NumberFormatException e) {
            throw new SqlException(c.limit.getLine(), c.limit.getCharPositionInLine() + 1,
                    "LIMIT " + c.limit.getText() + " (expected: a whole number below 2147483648)");
        }
    }

    /** Where a window is a table function, its bounds are columns; grouping by them says nothing new. */
    private static Statement.Select windowColumns(Statement.Select s) {
        java.util.function.UnaryOperator<Tree> f = t -> t instanceof Tree.Column c && WINDOW_COLUMNS.contains(c.name())
                ? new Tree.Call(c.name().equals("window_time") ? "window_end" : c.name(), 0, List.of(), List.of(), List.of(), null, c.at()) : t;
        return new Statement.Select(s.fields().stream().map(x -> x.with(x.expr().rewrite(f))).toList(), s.from(), s.joins(),
                s.where() == null ? null : s.where().rewrite(f),
                s.groups().stream().filter(g -> !(g instanceof Tree.Column c && WINDOW_COLUMNS.contains(c.name()))).map(g -> g.rewrite(f)).toList(),
                s.window(), s.having() == null ? null : s.having().rewrite(f), Tree.sorts(s.order(), f), s.limit(), s.calls());
    }

    private Tree.Field field(SqlParser.FieldContext c) {
        var tree = trees.read(c.expr());
        var alias = c.name() == null ? "" : name(c.name());
        var own = switch (tree) {
            case Tree.Column column -> column.name();
            case Tree.Call call -> call.name();
            case Tree.Wildcard w -> "*";
            default -> "";
        };
        if (own.equals("*") && !alias.isEmpty()) {
            throw new SqlException(at(c), "AS " + alias + " (expected: no alias for *)");
        }
        if (own.isEmpty() && alias.isEmpty()) {
            own = "kuiper_field_" + unnamed++;
        }
        return new Tree.Field(tree, own, alias, c.INVISIBLE() != null);
    }

    private Statement.Source source(SqlParser.SourceContext c) {
        return switch (c) {
            case SqlParser.WindowedSourceContext w -> {
                var table = w.windowTable();
                var source = new Statement.Source(table.sourceName().getText().replace("`", ""), w.name() == null ? "" : name(w.name()),
                        name(table.name()));
                know(source);
                if (windows.isEmpty()) {
                    windows.add(trees.windowOf(table));
                }
                yield source;
            }
            case SqlParser.PlainSourceContext p -> {
                var source = new Statement.Source(p.sourceName().getText().replace("`", ""), p.name() == null ? "" : name(p.name()), "");
                know(source);
                yield source;
            }
            default -> throw new SqlException(at(c), c.getText() + " (expected: a source)");
        };
    }

    private void know(Statement.Source source) {
        sources.add(source.stream());
        if (!source.alias().isEmpty()) {
            sources.add(source.alias());
        }
    }

    private Statement.Join join(SqlParser.JoinContext c) {
        var kind = c.kind == null ? Statement.JoinKind.INNER : Statement.JoinKind.valueOf(c.kind.getText().toUpperCase(java.util.Locale.ROOT));
        @Nullable Tree on = c.on == null ? null : trees.read(c.on);
        if (kind == Statement.JoinKind.CROSS && on != null) {
            throw new SqlException(at(c.on), "ON (expected: none for a CROSS JOIN)");
        }
        return new Statement.Join(kind, source(c.source()), on);
    }
}
