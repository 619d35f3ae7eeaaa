package dev.skerry.streams.sql;

import dev.skerry.streams.functions.Accumulator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The accumulators of one group, by the number of the call that they are for. */
final class Aggregates {

    private final Map<Integer, Accumulator> byCall = new HashMap<>();

    void put(int call, Accumulator accumulator) {
        byCall.put(call, accumulator);
    }

    @Nullable Accumulator get(int call) {
        return byCall.get(call);
    }
}
