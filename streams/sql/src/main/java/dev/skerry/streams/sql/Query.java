package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionTable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A SELECT that was read, checked and planned. Immutable; it can be started many times. */
public final class Query {

    private final Plan plan;
    private final Catalogue catalogue;

    private Query(Plan plan, Catalogue catalogue) {
        this.plan = plan;
        this.catalogue = catalogue;
    }

    /**
     * Plans a query over the streams and tables of a catalogue.
     *
     * @throws SqlException naming what is wrong, with line and column where there is one
     */
    public static Query of(String sql, Catalogue catalogue, RuleOptions options) {
        var select = StatementReader.readSelect(sql, catalogue.functions());
        return new Query(new Planner(catalogue).plan(select, effective(select, options)), catalogue);
    }

    /** Standard SQL's windows say by which column they go: with one of them a query is in event time. */
    private static RuleOptions effective(Statement.Select select, RuleOptions options) {
        boolean byColumn = select.window() != null && select.window().standard() && !select.from().timeColumn().isEmpty()
                && !select.from().timeColumn().equalsIgnoreCase("proctime");
        return byColumn ? options.inEventTime(options.lateTolerance()) : options;
    }

    /**
     * The names of the streams and tables that a query reads, before anybody knows them.
     *
     * @throws SqlException if it cannot be read
     */
    public static List<String> sourcesOf(String sql, FunctionTable functions) {
        var select = StatementReader.readSelect(sql, functions);
        var names = new LinkedHashSet<String>();
        names.add(select.from().stream());
        select.joins().forEach(j -> names.add(j.source().stream()));
        return List.copyOf(names);
    }

    /** The columns of its rows as far as the text tells: what a function names by itself is not among them. */
    public List<String> columns() {
        return columns(Map.of());
    }

    /** The same where more is known than definitions tell: the columns of streams that have none. */
    public List<String> columns(Map<String, List<String>> known) {
        var names = new LinkedHashSet<String>();
        for (var field : plan.fields()) {
            if (field.expr() instanceof Tree.Wildcard w) {
                plan.sources().forEach(s -> {
                    s.definition().fields().forEach(f -> names.add(f.name()));
                    names.addAll(known.getOrDefault(s.definition().name(), List.of()));
                });
                names.removeAll(w.except());
                w.replace().forEach(r -> names.add(r.outName()));
            } else if (field.expr() instanceof Tree.Column c && c.name().equals("*")) {
                plan.sources().stream().filter(s -> s.name().equals(c.stream())).forEach(s -> s.definition().fields().forEach(f -> names.add(f.name())));
            } else if (!field.invisible()) {
                names.add(field.outName());
            }
        }
        return List.copyOf(names);
    }

    /** The names of the streams and tables that it reads. */
    public List<String> sources() {
        return plan.sources().stream().map(s -> s.definition().name()).distinct().toList();
    }

    /** The steps that its rows go through, one a line, from the source on. */
    public String explain() {
        return PlanText.of(plan);
    }

    /**
     * Starts it.
     *
     * @param now the clock, in epoch milliseconds
     * @param sink takes what is sent at once: rows with their columns
     */
    public QueryRun start(Surroundings around, long now, Consumer<List<Map<String, @Nullable Object>>> sink) {
        return new QueryRun(plan, catalogue.functions(), around, now, sink);
    }

    Plan plan() {
        return plan;
    }
}
