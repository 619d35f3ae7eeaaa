package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/** What a rule remembers of its earlier hits. The present row or window counts only afterwards. */
final class Hits {

    private Hits() {}

    /** How many. */
    static final class Number implements Analytic.State {

        private long count;

        @Override
        public Object apply(@Nullable Object[] args, boolean holds, Call call) {
            return holds ? count++ : count;
        }

        @Override
        public Object save() {
            return count;
        }

        @Override
        public void restore(@Nullable Object saved) {
            count = Values.wholeNumber(saved);
        }
    }

    /** When. */
    static final class Time implements Analytic.State {

        private long last;

        @Override
        public Object apply(@Nullable Object[] args, boolean holds, Call call) {
            var before = last;
            if (holds) {
                last = call.timestamp();
            }
            return before;
        }

        @Override
        public Object save() {
            return last;
        }

        @Override
        public void restore(@Nullable Object saved) {
            last = Values.wholeNumber(saved);
        }
    }
}
