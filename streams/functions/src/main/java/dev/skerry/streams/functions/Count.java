package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/** Counts what is not null. */
final class Count implements Accumulator {

    private long count;

    @Override
    public void add(@Nullable Object[] args) {
        count += args[0] == null ? 0 : 1;
    }

    @Override
    public void addLong(long value) {
        count++;
    }

    @Override
    public void addDouble(double value) {
        count++;
    }

    @Override
    public boolean isRemovable() {
        return true;
    }

    @Override
    public void remove(@Nullable Object[] args) {
        count -= args[0] == null ? 0 : 1;
    }

    @Override
    public boolean isMergeable() {
        return true;
    }

    @Override
    public void merge(Accumulator later) {
        count += ((Count) later).count;
    }

    @Override
    public Object value() {
        return count;
    }

    @Override
    public void clear() {
        count = 0;
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
