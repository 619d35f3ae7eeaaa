package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/** The last value that was not null. */
final class Latest implements Analytic.State {

    private @Nullable Object last;

    @Override
    public @Nullable Object apply(@Nullable Object[] args, boolean holds, Call call) {
        if (args.length != 1 && args.length != 2) {
            throw new FunctionException("expect one or two args but got " + args.length);
        }
        if (holds && args[0] != null) {
            last = args[0];
        }
        return last == null && args.length == 2 ? args[1] : last;
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
