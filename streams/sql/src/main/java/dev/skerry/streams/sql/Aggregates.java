package dev.skerry.streams.sql;

import dev.skerry.streams.functions.Accumulator;
import dev.skerry.streams.functions.FunctionException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The accumulators of one group. One that met a value that does not fit tells so when it is asked. */
final class Aggregates {

    private final List<Incremental.Taken> takers;
    private final Accumulator[] accumulators;
    private final @Nullable String[] failures;

    Aggregates(List<Incremental.Taken> takers) {
        this.takers = takers;
        accumulators = new Accumulator[takers.size()];
        failures = new @Nullable String[takers.size()];
        for (int i = 0; i < accumulators.length; i++) {
            accumulators[i] = takers.get(i).function().create();
        }
    }

    void add(Env env) {
        for (int i = 0; i < accumulators.length; i++) {
            if (failures[i] != null) {
                continue;
            }
            var args = takers.get(i).args();
            try {
                var values = new @Nullable Object[args.length];
                for (int j = 0; j < values.length; j++) {
                    values[j] = args[j].of(env);
                }
                accumulators[i].add(values);
            } catch (EvalException e) {
                failures[i] = e.text();
            } catch (FunctionException e) {
                failures[i] = "call func " + takers.get(i).name() + " error: " + e.getMessage();
            }
        }
    }

    @Nullable Object value(int call) {
        for (int i = 0; i < accumulators.length; i++) {
            if (takers.get(i).call() == call) {
                if (failures[i] != null) {
                    throw new EvalException(failures[i]);
                }
                try {
                    return accumulators[i].value();
                } catch (FunctionException e) {
                    throw new EvalException("call func " + takers.get(i).name() + " error: " + e.getMessage());
                }
            }
        }
        throw new IllegalStateException("call " + call + " (expected: one of " + takers + ")");
    }

    Object save() {
        var saved = new LinkedHashMap<String, @Nullable Object>();
        for (int i = 0; i < accumulators.length; i++) {
            saved.put(String.valueOf(takers.get(i).call()), failures[i] != null ? Map.of("failed", failures[i]) : accumulators[i].save());
        }
        return saved;
    }

    void restore(@Nullable Object saved) {
        if (saved instanceof Map<?, ?> m) {
            for (int i = 0; i < accumulators.length; i++) {
                var one = m.get(String.valueOf(takers.get(i).call()));
                if (one instanceof Map<?, ?> failed && failed.size() == 1 && failed.get("failed") instanceof String text) {
                    failures[i] = text;
                } else {
                    accumulators[i].restore(one);
                }
            }
        }
    }
}
