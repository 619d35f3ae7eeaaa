package dev.skerry.streams.functions;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The middle value. As eKuiper has it, the first value decides whether integers or floats are expected, and a null among integers is an error. */
final class Median extends Gathered {

    private final boolean asEkuiper;

    Median(boolean asEkuiper) {
        this.asEkuiper = asEkuiper;
    }

    @Override
    @Nullable Object kept(@Nullable Object[] args) {
        return args[0];
    }

    @Override
    @Nullable Object result(List<@Nullable Object> values) {
        if (values.isEmpty()) {
            return asEkuiper ? 0L : null;
        }
        var sorted = numbers(values).stream().sorted(Extreme::order).toList();
        if (sorted.isEmpty()) {
            return asEkuiper ? 0L : null;
        }
        var middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (Object) ((Values.number(sorted.get(middle - 1)) + Values.number(sorted.get(middle))) / 2);
    }

    private List<Object> numbers(List<@Nullable Object> values) {
        if (!asEkuiper) {
            return values.stream().filter(Objects::nonNull).map(Median::number).toList();
        }
        return switch (values.getFirst()) {
            case Double v -> values.stream().filter(Objects::nonNull).<Object>map(Values::number).toList();
            case Long v -> values.stream().<Object>map(Values::cutNumber).toList();
            case null, default -> throw new FunctionException(Printed.of(List.of(values.getFirst() == null ? "<nil>" : values.getFirst())) + " should be number");
        };
    }

    private static Object number(Object value) {
        if (!Values.isNumber(value)) {
            throw new FunctionException(Printed.of(value) + " should be number");
        }
        return value;
    }
}
