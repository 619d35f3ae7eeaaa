package dev.skerry.streams.sql;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A query whose names are found, taken apart into the steps that its rows go through.
 *
 * @param sources in the order of the text
 * @param atSource conditions on rows of one source, by its name, before anything else
 * @param beforeWindow the condition on rows before the window
 * @param where the condition on what the window or join gives
 * @param whereAggregates aggregates that the condition needs
 * @param analytic values from earlier rows, in the order in which they are computed
 * @param numbered calls of row_number
 * @param aggregate the select list is evaluated once a group
 * @param incremental the window aggregates while rows come
 * @param returning the field that makes several rows, or empty
 */
record Plan(
        List<Input> sources, Map<String, Tree> atSource, List<Tree.Slot> analytic, @Nullable Tree beforeWindow, Tree.@Nullable Window window,
        List<Statement.Join> joins, List<Lookup> lookups, List<Tree.Slot> whereAggregates, @Nullable Tree where, List<Tree> groups,
        @Nullable Tree having, List<Tree.Slot> numbered, List<Tree.Sort> order, List<Tree.Field> fields, int limit, boolean aggregate,
        String returning, boolean incremental, RuleOptions options) {

    Plan asIncremental(boolean wanted) {
        return new Plan(sources, atSource, analytic, beforeWindow, window, joins, lookups, whereAggregates, where, groups, having, numbered, order,
                fields, limit, aggregate, returning, wanted, options);
    }


    /** One source: its name in the query, its definition, and which of its columns the query asks for ({@code *}: all). */
    record Input(String name, Statement.Create definition, int retain, String timeColumn, Set<String> used) {
        boolean isTable() {
            return definition.kind() == Statement.Kind.TABLE;
        }

        boolean isLookup() {
            return isTable() && definition.option("KIND").equalsIgnoreCase("lookup");
        }
    }

    /** A join with a table that is asked row by row. */
    record Lookup(String table, boolean left, List<String> keys, List<Tree> values, @Nullable Tree rest) {}

    Input from() {
        return sources.getFirst();
    }

    List<String> streams() {
        return sources.stream().filter(s -> !s.isTable()).map(Input::name).toList();
    }
}
