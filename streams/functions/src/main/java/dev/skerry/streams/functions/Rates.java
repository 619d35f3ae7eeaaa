package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From row to row: change, area and fading mean. */
final class Rates {

    private Rates() {}

    /** The last row's time and value, and a total. */
    private abstract static class Last implements Analytic.State {

        boolean any;
        long time;
        double value;
        double total;

        void take(long time, double value) {
            any = true;
            this.time = time;
            this.value = value;
        }

        @Override
        public Object save() {
            return new ArrayList<Object>(List.of(any, time, value, total));
        }

        @Override
        public void restore(@Nullable Object saved) {
            List<@Nullable Object> list = Values.list(saved, "no saved state");
            any = Boolean.TRUE.equals(list.get(0));
            time = Values.wholeNumber(list.get(1));
            value = Values.number(list.get(2));
            total = Values.number(list.get(3));
        }
    }

    /** Change a second. A counter that fell has begun again at 0. */
    static final class Change extends Last {

        private final boolean isCounter;

        Change(boolean isCounter) {
            this.isCounter = isCounter;
        }

        @Override
        public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
            if (args[0] == null || !holds) {
                return null;
            }
            var now = Values.number(args[0]);
            var seconds = (call.timestamp() - time) / 1000.0;
            var from = isCounter && now < value ? 0 : value;
            var result = any && seconds > 0 ? (Object) ((now - from) / seconds) : null;
            take(call.timestamp(), now);
            return result;
        }
    }

    /** The area under the line between the rows. */
    static final class Area extends Last {

        @Override
        public Object apply(@Nullable Object[] args, boolean holds, Call call) {
            if (args[0] != null && holds) {
                var now = Values.number(args[0]);
                if (any) {
                    total += (now + value) / 2 * Math.max(0, call.timestamp() - time) / 1000.0;
                }
                take(call.timestamp(), now);
            }
            return total;
        }
    }

    /** A mean that forgets. */
    static final class Fading extends Last {

        @Override
        public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
            if (args[0] != null && holds) {
                var weight = Values.number(args[1]);
                if (!(weight > 0 && weight <= 1)) {
                    throw new FunctionException("ewma: " + Printed.number(weight) + " (expected: a weight above 0, up to 1)");
                }
                var now = Values.number(args[0]);
                take(call.timestamp(), any ? value + weight * (now - value) : now);
            }
            return any ? (Object) value : null;
        }
    }
}
