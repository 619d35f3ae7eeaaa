package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.functions.Implicit;
import dev.skerry.streams.functions.SetReturning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Makes a plan of a query, or says why there is none. */
final class Planner {

    /** As many rows of a file as there may be. */
    private static final int WHOLE_FILE = 9_999;

    private final Catalogue catalogue;
    private final FunctionTable functions;
    private final Names.SlotCounter slots = new Names.SlotCounter();
    private final Map<Integer, Integer> slotOfCall = new HashMap<>();

    Planner(Catalogue catalogue) {
        this.catalogue = catalogue;
        functions = catalogue.functions();
    }

    Plan plan(Statement.Select s, RuleOptions options) {
        var plan = plan(s, options, true);
        return plan.asIncremental(Incremental.fits(plan, functions));
    }

    /** A plan whose steps are used one by one: what only holds for all of them together is not asked for. */
    Plan planLoosely(Statement.Select s, RuleOptions options) {
        return plan(s, options, false);
    }

    private Plan plan(Statement.Select s, RuleOptions options, boolean strict) {
        var sources = sources(s);
        UnaryOperator<Tree> remember = t -> t instanceof Tree.Call c && TreeReader.isAnalytic(c.name())
                ? new Tree.Slot(slotOfCall.computeIfAbsent(c.id(), i -> slots.next()), c) : t;
        UnaryOperator<Tree> number = t -> t instanceof Tree.Call c && functions.find(c.name()) instanceof Implicit i
                && i.what() == Implicit.What.ROW_NUMBER ? new Tree.Slot(slotOfCall.computeIfAbsent(c.id(), x -> slots.next()), c) : t;
        var written = s.fields().stream().map(f -> f.with(f.expr().rewrite(remember).rewrite(number))).toList();
        var names = new Names(sources, written, slots);
        var fields = names.fields();
        var where = names.findIfAny(rewrite(s.where(), remember));
        var having = names.findIfAny(rewrite(s.having(), remember));
        var groups = s.groups().stream().map(g -> names.find(g.rewrite(remember))).toList();
        var order = Tree.sorts(Tree.sorts(s.order(), remember), t -> t instanceof Tree.Column ? names.find(t) : t);
        var window = s.window() == null ? null : (Tree.Window) names.find(s.window().rewrite(remember));
        var joins = s.joins().stream().map(j -> new Statement.Join(j.kind(), j.source(), names.findIfAny(rewrite(j.on(), remember)))).toList();
        if (strict) {
            new PlanCheck(functions).check(fields, where, groups, having, window, !joins.isEmpty());
        }
        var analytic = analytic(fields, outside(joins, where, groups, window, having, order));
        var whereAggregates = new ArrayList<Tree.Slot>();
        if (where != null) {
            where = where.rewrite(t -> {
                if (t instanceof Tree.Call c && SelectCheck.isAggregate(functions, c.name()) && !CallCompiler.isHit(c.name())) {
                    var slot = new Tree.Slot(slots.next(), c);
                    whereAggregates.add(slot);
                    return slot;
                }
                return t;
            });
        }
        if (window != null && sources.stream().allMatch(Plan.Input::isTable)) {
            throw new SqlException(window.at(), "cannot run window for TABLE sources");
        }
        if (strict && window == null && !joins.isEmpty() && sources.stream().noneMatch(Plan.Input::isTable)) {
            throw new SqlException("a time window or count window is required to join multiple streams");
        }
        var lookups = new ArrayList<Plan.Lookup>();
        var windowJoins = new ArrayList<Statement.Join>();
        splitJoins(sources, joins, lookups, windowJoins);
        var atSource = new LinkedHashMap<String, Tree>();
        @Nullable Tree before = window == null ? null : window.filter();
        boolean fixedRows = window != null && !options.eventTime() && !window.standard()
                && window.kind() != Tree.Window.Kind.COUNT && window.kind() != Tree.Window.Kind.SLIDING;
        boolean tables = sources.stream().anyMatch(Plan.Input::isTable);
        if (strict && where != null && whereAggregates.isEmpty() && !tables) {
            if (fixedRows && joins.isEmpty()) {
                before = both(where, before);
                where = null;
            } else if (fixedRows) {
                where = push(where, sources, atSource);
            } else if (window == null && analytic.isEmpty() && !options.eventTime()) {
                atSource.put(sources.getFirst().name(), where);
                where = null;
            }
        }
        boolean aggregate = !groups.isEmpty()
                || fields.stream().anyMatch(f -> f.expr().anyWithAliases(t -> t instanceof Tree.Call c && SelectCheck.isAggregate(functions, c.name())));
        return new Plan(used(sources, fields, outside(joins, s.where() == null ? null : names.findIfAny(s.where()), groups, window, having, order)), atSource, analytic, before, window, windowJoins, lookups, whereAggregates, where, groups, having,
                slots(fields, this::isRowNumber), order, fields, s.limit(), aggregate, returning(fields), false, options);
    }

    /** Which columns of each source are asked for: a strict definition is held to these alone. */
    private static List<Plan.Input> used(List<Plan.Input> sources, List<Tree.Field> fields, List<Tree> others) {
        var trees = new ArrayList<>(others);
        fields.forEach(f -> trees.add(f.expr()));
        var names = new java.util.HashSet<String>();
        trees.forEach(tree -> tree.anyWithAliases(t -> {
            if (t instanceof Tree.Wildcard) {
                names.add("*");
            } else if (t instanceof Tree.Column c) {
                names.add(c.name());
            }
            return false;
        }));
        return sources.stream().map(s -> new Plan.Input(s.name(), s.definition(), s.retain(), s.timeColumn(), Set.copyOf(names))).toList();
    }

    private boolean isRowNumber(Tree t) {
        return t instanceof Tree.Call c && functions.find(c.name()) instanceof Implicit i && i.what() == Implicit.What.ROW_NUMBER;
    }

    private static @Nullable Tree rewrite(@Nullable Tree tree, UnaryOperator<Tree> f) {
        return tree == null ? null : tree.rewrite(f);
    }

    private static List<Tree> outside(List<Statement.Join> joins, @Nullable Tree where, List<Tree> groups, Tree.@Nullable Window window,
            @Nullable Tree having, List<Tree.Sort> order) {
        return SelectCheck.outsideFields(new Statement.Select(List.of(), new Statement.Source("", "", ""), joins, where, groups, window, having, order, -1, 0));
    }

    /** Those of the select list in its order, the inner ones of nested calls first; then those of the other clauses. */
    private static List<Tree.Slot> analytic(List<Tree.Field> fields, List<Tree> others) {
        var all = new LinkedHashMap<Integer, Tree.Slot>();
        Predicate<Tree> isAnalytic = t -> t instanceof Tree.Call c && TreeReader.isAnalytic(c.name());
        slots(fields, isAnalytic).forEach(s -> all.putIfAbsent(s.index(), s));
        var last = new ArrayList<Tree.Slot>();
        others.forEach(t -> collect(t, isAnalytic, last));
        last.reversed().forEach(s -> all.putIfAbsent(s.index(), s));
        return List.copyOf(all.values());
    }

    private static List<Tree.Slot> slots(List<Tree.Field> fields, Predicate<Tree> meaning) {
        var all = new ArrayList<Tree.Slot>();
        for (var f : fields) {
            var own = new ArrayList<Tree.Slot>();
            collect(f.expr(), meaning, own);
            own.reversed().stream().filter(s -> all.stream().noneMatch(o -> o.index() == s.index())).forEach(all::add);
        }
        return all;
    }

    private static void collect(Tree tree, Predicate<Tree> meaning, List<Tree.Slot> into) {
        tree.anyWithAliases(t -> {
            if (t instanceof Tree.Slot s && meaning.test(s.meaning())) {
                into.add(s);
            }
            return false;
        });
    }

    private String returning(List<Tree.Field> fields) {
        for (var f : fields) {
            var meaning = f.expr() instanceof Tree.Alias a ? a.meaning() : f.expr();
            if (meaning instanceof Tree.Call c && functions.find(c.name()) instanceof SetReturning) {
                return f.outName();
            }
        }
        return "";
    }

    private List<Plan.Input> sources(Statement.Select s) {
        var all = new ArrayList<Plan.Input>();
        all.add(source(s.from()));
        s.joins().forEach(j -> all.add(source(j.source())));
        return all;
    }

    private Plan.Input source(Statement.Source source) {
        var definition = catalogue.find(source.stream())
                .orElseThrow(() -> new SqlException("fail to get stream " + source.stream() + ", please check if stream is created"));
        var retain = definition.option("RETAIN_SIZE");
        var type = definition.option("TYPE");
        int size = !retain.isEmpty() && !retain.equals("0") ? Integer.parseInt(retain) : type.isEmpty() || type.equals("file") ? WHOLE_FILE : 1;
        var time = definition.option("TIMESTAMP");
        return new Plan.Input(source.name(), definition, size, time.isEmpty() ? source.timeColumn() : time, Set.of("*"));
    }

    private static Tree both(Tree left, @Nullable Tree right) {
        return right == null ? left : new Tree.Binary("AND", left, right);
    }

    /** Gives each source what concerns it alone; returns the rest. */
    private static @Nullable Tree push(Tree where, List<Plan.Input> sources, Map<String, Tree> atSource) {
        if (where instanceof Tree.Binary b && b.op().equals("AND")) {
            var left = push(b.left(), sources, atSource);
            var right = push(b.right(), sources, atSource);
            return left == null ? right : both(left, right);
        }
        var streams = streams(where);
        if (streams.isEmpty()) {
            atSource.merge(sources.getFirst().name(), where, Planner::both);
            return null;
        }
        if (streams.size() == 1 && !streams.contains("")) {
            atSource.merge(streams.iterator().next(), where, Planner::both);
            return null;
        }
        return where;
    }

    private static Set<String> streams(Tree tree) {
        var all = new java.util.LinkedHashSet<String>();
        tree.anyWithAliases(t -> {
            if (t instanceof Tree.Column c) {
                all.add(c.stream());
            }
            return false;
        });
        return all;
    }

    private static void splitJoins(List<Plan.Input> sources, List<Statement.Join> joins, List<Plan.Lookup> lookups, List<Statement.Join> others) {
        for (int i = 0; i < joins.size(); i++) {
            var join = joins.get(i);
            var source = sources.get(i + 1);
            if (source.isLookup()) {
                lookups.add(lookup(join, source.name()));
            } else {
                others.add(join);
            }
        }
    }

    private static Plan.Lookup lookup(Statement.Join join, String table) {
        var keys = new ArrayList<String>();
        var values = new ArrayList<Tree>();
        var rest = new ArrayList<Tree>();
        if (join.on() != null) {
            flatten(join.on(), table, keys, values, rest);
        }
        if (keys.isEmpty() || Set.copyOf(keys).size() < keys.size()) {
            throw new SqlException("join condition " + (join.on() == null ? "" : TreeText.of(join.on())) + " is invalid, at least one equi-join predicate is required");
        }
        return new Plan.Lookup(table, join.kind() == Statement.JoinKind.LEFT, keys, values,
                rest.isEmpty() ? null : rest.stream().reduce((a, b) -> new Tree.Binary("AND", a, b)).get());
    }

    private static void flatten(Tree on, String table, List<String> keys, List<Tree> values, List<Tree> rest) {
        if (on instanceof Tree.Binary b && b.op().equals("AND")) {
            flatten(b.left(), table, keys, values, rest);
            flatten(b.right(), table, keys, values, rest);
        } else if (on instanceof Tree.Binary b && b.op().equals("=")) {
            if (b.left() instanceof Tree.Column l && l.stream().equals(table)) {
                keys.add(l.name());
                values.add(b.right());
            } else if (b.right() instanceof Tree.Column r && r.stream().equals(table)) {
                keys.add(r.name());
                values.add(b.left());
            }
        } else {
            rest.add(on);
        }
    }
}
