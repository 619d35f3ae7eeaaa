package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Running.Kind;

/** What looks at this row and at earlier ones. */
final class AnalyticFunctions {

    private AnalyticFunctions() {}

    static void addTo(Catalogue to) {
        to.analytic("lag(value[, back[, default[, ignore_null]]])", "as the argument", "the value so many rows before, which is 1 if not given; null is passed over unless told otherwise",
                Checks.all(args -> !args.isEmpty() && args.size() <= 4 ? null : "expect one two or three args but got " + args.size(), Lag::check), Lag::new);
        to.analytic("latest(value[, default])", "as the argument", "the last value that was not null", Changes.oneOrTwo(), Latest::new);
        to.analytic("changed_col(ignore_null, value)", "as the argument", "the value if it differs from the last one, else null",
                Checks.all(Checks.exactly(2), Checks.bool(0, "boolean")), Changes.Column::new);
        to.analytic("had_changed(ignore_null, value, ...)", "boolean", "whether any of the values differs from its last one",
                Checks.all(args -> args.size() > 1 ? null : "expect more than one arg but got " + args.size(), Checks.bool(0, "bool")), Changes.Any::new);
        for (var kind : Kind.values()) {
            to.analytic(kind.usage(), kind.result(), kind.summary(),
                    args -> args.size() == 1 || args.size() == 3 ? null : "Expect 1/3 arguments but found " + args.size() + ".", () -> new Running(kind, to.asEkuiper()));
        }
        to.analytic("last_hit_count()", "integer", "how many earlier rows passed the rule's conditions", Checks.exactly(0), Hits.Number::new);
        to.analytic("last_hit_time()", "integer", "the time of the last earlier row that passed the rule's conditions, in epoch milliseconds, or 0", Checks.exactly(0), Hits.Time::new);
        to.analyticOfGroups("last_agg_hit_count()", "integer", "how many earlier windows passed the rule's conditions", Checks.exactly(0), Hits.Number::new);
        to.analyticOfGroups("last_agg_hit_time()", "integer", "the time of the last earlier window that passed the rule's conditions, in epoch milliseconds, or 0",
                Checks.exactly(0), Hits.Time::new);
        Incremental.addTo(to);
    }
}
