package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last value, or the last that is not null. Two values are all that it keeps. */
final class LastValue implements Accumulator {

    private boolean any;
    private @Nullable Object last;
    private @Nullable Object lastPresent;
    private @Nullable Object ignoreNull;

    @Override
    public void add(@Nullable Object[] args) {
        any = true;
        last = args[0];
        lastPresent = last == null ? lastPresent : last;
        ignoreNull = ignoreNull == null ? args[1] : ignoreNull;
    }

    @Override
    public boolean isMergeable() {
        return true;
    }

    @Override
    public void merge(Accumulator later) {
        var other = (LastValue) later;
        if (other.any) {
            any = true;
            last = other.last;
            lastPresent = other.lastPresent == null ? lastPresent : other.lastPresent;
            ignoreNull = ignoreNull == null ? other.ignoreNull : ignoreNull;
        }
    }

    @Override
    public @Nullable Object value() {
        if (!any) {
            return null;
        }
        return Values.bool(ignoreNull, "the second parameter requires bool but found " + Values.described(ignoreNull)) ? lastPresent : last;
    }

    @Override
    public void clear() {
        any = false;
        last = null;
        lastPresent = null;
        ignoreNull = null;
    }

    @Override
    public Object save() {
        return new ArrayList<>(Arrays.asList(any, last, lastPresent, ignoreNull));
    }

    @Override
    public void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "no saved state");
        any = Boolean.TRUE.equals(list.get(0));
        last = list.get(1);
        lastPresent = list.get(2);
        ignoreNull = list.get(3);
    }
}
