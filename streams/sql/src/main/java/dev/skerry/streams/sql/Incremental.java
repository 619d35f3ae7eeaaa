package dev.skerry.streams.sql;

/** Whether the aggregates of a window can be taken while its rows come, so that the rows need not be kept. */
final class Incremental {

    private Incremental() {}

    static boolean fits(Plan plan) {
        return plan.options().incremental() && false;
    }
}
