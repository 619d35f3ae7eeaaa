package dev.skerry.kube.cel;

/** What the expressions of one request may cost together. Not thread safe. */
public final class CelBudget {
    /** For one object's rules, or for one policy binding. */
    public static final long REQUEST = 10_000_000;
    /** For all match conditions of one webhook or policy binding. */
    public static final long MATCH_CONDITIONS = 2_500_000;
    /** For one evaluation. */
    static final long CALL = 1_000_000;

    private long left;

    public CelBudget(long limit) {
        this.left = limit;
    }

    public boolean spent() {
        return left < 0;
    }

    public long left() {
        return left;
    }

    void take(long cost) {
        left -= cost;
    }
}
