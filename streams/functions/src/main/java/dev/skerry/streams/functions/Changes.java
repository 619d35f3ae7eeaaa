package dev.skerry.streams.functions;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Whether values differ from those of the row before. */
final class Changes {

    private Changes() {}

    static Check oneOrTwo() {
        return args -> args.size() == 1 || args.size() == 2 ? null : "expect one or two args but got " + args.size();
    }

    /** {@code changed_col}. */
    static final class Column implements Analytic.State {

        private @Nullable Object last;

        @Override
        public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
            var ignoreNull = Values.bool(args[0], "first arg is not a bool but got " + Printed.of(args[0]));
            if (ignoreNull && args[1] == null || !holds || Values.same(args[1], last)) {
                return null;
            }
            last = args[1];
            return last;
        }

        @Override
        public @Nullable Object save() {
            return last;
        }

        @Override
        public void restore(@Nullable Object saved) {
            last = saved;
        }
    }

    /** {@code had_changed}. */
    static final class Any implements Analytic.State {

        private @Nullable Object[] last = new @Nullable Object[0];

        @Override
        public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
            if (args.length <= 1) {
                throw new FunctionException("expect more than one arg but got " + args.length);
            }
            if (!holds) {
                return false;
            }
            var ignoreNull = Values.bool(args[0], "first arg is not a bool but got " + Printed.of(args[0]));
            if (last.length < args.length) {
                last = java.util.Arrays.copyOf(last, args.length);
            }
            var changed = false;
            for (var i = 1; i < args.length; i++) {
                if (!(ignoreNull && args[i] == null) && !Values.same(args[i], last[i])) {
                    changed = true;
                    last[i] = args[i];
                }
            }
            return changed;
        }

        @Override
        public Object save() {
            return new ArrayList<>(java.util.Arrays.asList(last));
        }

        @Override
        public void restore(@Nullable Object saved) {
            last = Values.list(saved, "had_changed: no saved state").toArray(new @Nullable Object[0]);
        }
    }
}
