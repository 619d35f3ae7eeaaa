package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What adds up over all rows, without a window: {@code acc_sum} and its like. With three arguments it begins when the second holds and begins anew
 * after the third held. Floats throughout, except the count.
 */
final class Running implements Analytic.State {

    /** What is added up. */
    enum Kind {
        AVG("mean"), COUNT("number"), MAX("greatest"), MIN("smallest"), SUM("sum");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String usage() {
            return "acc_" + name().toLowerCase(java.util.Locale.ROOT) + "(" + (this == COUNT ? "value" : "number") + "[, begin, reset])";
        }

        String result() {
            return this == COUNT ? "integer" : "float";
        }

        String summary() {
            return "the " + word + " of all values so far; 0 before the first";
        }
    }

    private final Kind kind;
    private final boolean refusesNull;
    private boolean begun;
    private long count;
    private double total;

    /** eKuiper takes a null for an error, except in counts and sums. */
    Running(Kind kind, boolean refusesNull) {
        this.kind = kind;
        this.refusesNull = refusesNull;
    }

    @Override
    public Object apply(@Nullable Object[] args, boolean holds, Call call) {
        if (args.length == 1) {
            take(args[0], holds);
        } else if (args.length == 3) {
            var begins = Values.bool(args[1], "onBegin should be boolean");
            var resets = Values.bool(args[2], "onReset should be boolean");
            if (!begun) {
                count = 0;
                total = 0;
            }
            begun |= begins;
            if (begun) {
                take(args[0], holds);
            }
            begun &= !resets;
        } else {
            throw new FunctionException("wrong args length");
        }
        return result();
    }

    private void take(@Nullable Object value, boolean holds) {
        if (!holds) {
            return;
        }
        if (kind == Kind.COUNT) {
            count += value == null ? 0 : 1;
            return;
        }
        if (value == null && (kind == Kind.SUM || !refusesNull)) {
            return;
        }
        if (!Values.isNumber(value)) {
            throw new FunctionException("the value should be number");
        }
        var number = Values.number(value);
        total = switch (kind) {
            case SUM, AVG -> total + number;
            case MIN -> count == 0 || number < total ? number : total;
            case MAX -> count == 0 || number > total ? number : total;
            case COUNT -> total;
        };
        count++;
    }

    private Object result() {
        return switch (kind) {
            case COUNT -> (Object) count;
            case AVG -> (Object) (count == 0 ? 0.0 : total / count);
            case MIN, MAX, SUM -> (Object) total;
        };
    }

    @Override
    public Object save() {
        return new ArrayList<Object>(List.of(begun, count, total));
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "no saved state");
        begun = Boolean.TRUE.equals(list.get(0));
        count = Values.wholeNumber(list.get(1));
        total = Values.number(list.get(2));
    }
}
