package dev.skerry.streams;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one aggregate remembers of one group: a few numbers, never its rows. Nulls are passed over. */
abstract class Accumulator {

    abstract void add(Row row);

    /** The value so far, or null if no row told one. */
    abstract @Nullable Object result();

    /** What it has seen, as plain values. */
    abstract List<@Nullable Object> save();

    /** Continues from {@link #save}. */
    abstract void restore(List<? extends @Nullable Object> saved);

    private static long whole(@Nullable Object value) {
        return value instanceof Number n ? n.longValue() : 0;
    }

    private static double real(@Nullable Object value) {
        return value instanceof Number n ? n.doubleValue() : 0;
    }

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

        @Override
        List<@Nullable Object> save() {
            return List.of(n);
        }

        @Override
        void restore(List<? extends @Nullable Object> saved) {
            n = whole(saved.getFirst());
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

        @Override
        List<@Nullable Object> save() {
            return List.of(n, sum, mean, spread, min, max);
        }

        @Override
        void restore(List<? extends @Nullable Object> saved) {
            n = whole(saved.get(0));
            sum = real(saved.get(1));
            mean = real(saved.get(2));
            spread = real(saved.get(3));
            min = real(saved.get(4));
            max = real(saved.get(5));
        }
    }

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
                case MIN -> min;
                case MAX -> max;
                case AVG, STDDEV, STDDEVS -> throw new IllegalStateException(what + " of integers (expected: as floats)");
            };
        }

        @Override
        List<@Nullable Object> save() {
            return List.of(n, sum, min, max);
        }

        @Override
        void restore(List<? extends @Nullable Object> saved) {
            n = whole(saved.get(0));
            sum = whole(saved.get(1));
            min = whole(saved.get(2));
            max = whole(saved.get(3));
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

        @Override
        List<@Nullable Object> save() {
            return Arrays.asList(told, value);
        }

        @Override
        void restore(List<? extends @Nullable Object> saved) {
            told = Boolean.TRUE.equals(saved.get(0));
            value = saved.get(1);
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

        @Override
        List<@Nullable Object> save() {
            return new ArrayList<>(values);
        }

        @Override
        void restore(List<? extends @Nullable Object> saved) {
            saved.forEach(v -> {
                if (v != null) {
                    values.add(v);
                }
            });
        }
    }
}
