package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.stream.Collectors;

/** A plan as EXPLAIN shows it. */
final class PlanText {

    private PlanText() {}

    static String of(Plan p) {
        var steps = new ArrayList<String>();
        for (var s : p.sources()) {
            steps.add((s.isLookup() ? "lookup table " : s.isTable() ? "table " : "stream ") + s.name() + (s.isTable() ? " retain=" + s.retain() : ""));
        }
        p.atSource().forEach((name, condition) -> steps.add("filter of " + name + ": " + TreeText.of(condition)));
        if (p.options().eventTime()) {
            steps.add("watermark tolerance=" + p.options().lateTolerance().toMillis() + "ms");
        }
        if (!p.analytic().isEmpty()) {
            steps.add("analytic functions: " + p.analytic().stream().map(TreeText::of).collect(Collectors.joining(", ")));
        }
        if (p.beforeWindow() != null) {
            steps.add("filter before the window: " + TreeText.of(p.beforeWindow()));
        }
        var w = p.window();
        if (w != null) {
            steps.add("window " + w.kind().toString().toLowerCase(java.util.Locale.ROOT) + " length=" + w.length() + w.unit()
                    + (w.interval() > 0 ? " interval=" + w.interval() : "") + (w.delay() > 0 ? " delay=" + w.delay() : "")
                    + (p.incremental() ? ", aggregated as rows come" : ", rows are kept"));
        }
        p.joins().forEach(j -> steps.add(j.kind().toString().toLowerCase(java.util.Locale.ROOT) + " join " + j.source().name()
                + (j.on() == null ? "" : " on " + TreeText.of(j.on()))));
        p.lookups().forEach(l -> steps.add("lookup in " + l.table() + " by " + String.join(", ", l.keys())));
        if (p.where() != null) {
            steps.add("filter: " + TreeText.of(p.where()));
        }
        if (!p.groups().isEmpty()) {
            steps.add("group by " + p.groups().stream().map(TreeText::of).collect(Collectors.joining(", ")));
        }
        if (p.having() != null) {
            steps.add("having " + TreeText.of(p.having()));
        }
        if (!p.order().isEmpty()) {
            steps.add("order by " + p.order().stream().map(s -> TreeText.of(s.expr()) + (s.ascending() ? "" : " desc")).collect(Collectors.joining(", ")));
        }
        steps.add("select " + p.fields().stream().map(Tree.Field::outName).collect(Collectors.joining(", "))
                + (p.limit() >= 0 ? " limit " + p.limit() : "") + (p.returning().isEmpty() ? "" : ", a row for each element of " + p.returning()));
        return String.join("\n", steps);
    }
}
