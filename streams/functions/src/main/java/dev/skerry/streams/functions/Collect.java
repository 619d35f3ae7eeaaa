package dev.skerry.streams.functions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All values, nulls included. */
final class Collect extends Gathered {

    @Override
    @Nullable Object kept(@Nullable Object[] args) {
        return args[0];
    }

    @Override
    Object result(List<@Nullable Object> values) {
        return values;
    }
}
