package dev.skerry.streams;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one aggregate remembers of one group: a few numbers, never its rows. Nulls are passed over. */
abstract class Accumulator {

    abstract void add(Row row);

    /** The value so far, or null if no row told one. */
    abstract @Nullable Object result();

    static final class Count extends Accumulator {
        private final @Nullable Expr argument;
        private long n;

        Count(@Nullable Expr argument) {
            this.argument = argument;
        }

        @Override
        void add(Row row) {
            if (argument == null || Typed.present(argument, row)) {
                n++;
            }
        }

        @Override
        Object result() {
            return n;
        }
    }

    /** count, mean and spread in one pass (Welford 1962). */
    static final class Doubles extends Accumulator {
        enum What { SUM, AVG, MIN, MAX, STDDEV, STDDEVS }

        private final Expr.DoubleExpr argument;
        private final What what;
        private long n;
        private double sum;
        private double mean;
        private double spread;
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;

        Doubles(Expr.DoubleExpr argument, What what) {
            this.argument = argument;
            this.what = what;
        }

        @Override
        void add(Row row) {
            double v = argument.eval(row);
            if (row.takeMissing()) {
                return;
            }
            n++;
            sum += v;
            double delta = v - mean;
            mean += delta / n;
            spread += delta * (v - mean);
            min = Math.min(min, v);
            max = Math.max(max, v);
        }

        @Override
        @Nullable Object result() {
            if (n == 0) {
                return null;
            }
            return switch (what) {
                case SUM -> sum;
                case AVG -> sum / n;
                case MIN -> min;
                case MAX -> max;
                case STDDEV -> Math.sqrt(spread / n);
                case STDDEVS -> n == 1 ? 0.0 : Math.sqrt(spread / (n - 1));
            };
        }
    }

    /** As eKuiper does, the average of integers is an integer. */
    static final class Longs extends Accumulator {
        private final Expr.LongExpr argument;
        private final Doubles.What what;
        private long n;
        private long sum;
        private long min = Long.MAX_VALUE;
        private long max = Long.MIN_VALUE;

        Longs(Expr.LongExpr argument, Doubles.What what) {
            this.argument = argument;
            this.what = what;
        }

        @Override
        void add(Row row) {
            long v = argument.eval(row);
            if (row.takeMissing()) {
                return;
            }
            n++;
            sum += v;
            min = Math.min(min, v);
            max = Math.max(max, v);
        }

        @Override
        @Nullable Object result() {
            if (n == 0) {
                return null;
            }
            return switch (what) {
                case SUM -> sum;
                case AVG -> sum / n;
                case MIN -> min;
                case MAX -> max;
                case STDDEV, STDDEVS -> throw new IllegalStateException("stddev of integers (expected: as floats)");
            };
        }
    }

    /** The newest value that was there, or the first row's whatever it is. */
    static final class Pick extends Accumulator {
        private final Expr argument;
        private final boolean first;
        private boolean told;
        private @Nullable Object value;

        Pick(Expr argument, boolean first) {
            this.argument = argument;
            this.first = first;
        }

        @Override
        void add(Row row) {
            if (first && told) {
                return;
            }
            var next = Typed.box(argument, row);
            if (first || next != null) {
                value = next;
                told = true;
            }
        }

        @Override
        @Nullable Object result() {
            return value;
        }
    }

    static final class Collect extends Accumulator {
        private static final int MOST = 10_000;
        private final Expr argument;
        private final List<Object> values = new ArrayList<>();

        Collect(Expr argument) {
            this.argument = argument;
        }

        @Override
        void add(Row row) {
            var next = Typed.box(argument, row);
            if (next != null && values.size() < MOST) {
                values.add(next);
            }
        }

        @Override
        Object result() {
            return List.copyOf(values);
        }
    }
}
