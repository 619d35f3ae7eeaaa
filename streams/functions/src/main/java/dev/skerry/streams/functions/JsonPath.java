package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON path, such as {@code $.rings[*].weight} or {@code $[?(@.t > 30)]}. A path that can find only one value gives it or fails; one with a
 * {@code *}, {@code ..}, filter, slice or several keys gives the list of what it finds.
 */
final class JsonPath {

    private final Expression expression;

    private JsonPath(Expression expression) {
        this.expression = expression;
    }

    /**
     * Reads the path.
     *
     * @throws FunctionException if it is none
     */
    static JsonPath of(String text) {
        return new JsonPath(new JsonPathParser(text).whole());
    }

    /** What the path finds within the value. */
    @Nullable Object find(@Nullable Object root) {
        return expression.value(root, root);
    }

    /** Something with a value, given the document and what {@code @} stands for. */
    interface Expression {
        @Nullable Object value(@Nullable Object root, @Nullable Object current);
    }

    /** Takes what a step finds. */
    interface Found {
        void take(@Nullable Object value);
    }

    /** From a value to values within it. */
    sealed interface Step permits Key, Every, Deep, Several, Filter, Slice {}

    /** One entry or element. */
    record Key(Expression key) implements Step {}

    /** All entries or elements. */
    record Every() implements Step {}

    /** The value itself and everything within it. */
    record Deep() implements Step {}

    /** Several entries or elements. */
    record Several(List<Expression> keys) implements Step {}

    /** Entries or elements for which the condition is true. */
    record Filter(Expression condition) implements Step {}

    /** Elements from one to before another. */
    record Slice(Expression from, Expression to, Expression by) implements Step {}

    /** Steps from the document, or from what {@code @} stands for. */
    record Path(boolean fromRoot, List<Step> steps) implements Expression {

        @Override
        public @Nullable Object value(@Nullable Object root, @Nullable Object current) {
            var start = fromRoot ? root : current;
            if (steps.stream().allMatch(Key.class::isInstance)) {
                Object value = start;
                for (var step : steps) {
                    value = select(((Key) step).key(), root, value);
                }
                return value;
            }
            var found = new ArrayList<@Nullable Object>();
            walk(0, root, start, found::add);
            return found;
        }

        private void walk(int index, @Nullable Object root, @Nullable Object value, Found found) {
            if (index == steps.size()) {
                found.take(value);
                return;
            }
            Found next = child -> walk(index + 1, root, child, found);
            switch (steps.get(index)) {
                case Key(var key) -> trySelect(key, root, value, next);
                case Every() -> each(value, next);
                case Deep() -> deep(value, next);
                case Several(var keys) -> keys.forEach(key -> trySelect(key, root, value, next));
                case Filter(var condition) -> each(value, child -> {
                    if (holds(condition, root, child)) {
                        next.take(child);
                    }
                });
                case Slice slice -> slice(slice, root, value, next);
            }
        }
    }

    private static void trySelect(Expression key, @Nullable Object root, @Nullable Object value, Found next) {
        Object selected;
        try {
            selected = select(key, root, value);
        } catch (FunctionException e) {
            // What is not there is not found.
            return;
        }
        next.take(selected);
    }

    private static @Nullable Object select(Expression key, @Nullable Object root, @Nullable Object value) {
        if (value instanceof List<?> list) {
            var index = integer(key.value(root, value));
            var place = index < 0 ? list.size() + index : index;
            return place < 0 || place >= list.size() ? null : list.get((int) place);
        }
        if (value instanceof Map<?, ?> map) {
            var name = Printed.of(key.value(root, value));
            if (!map.containsKey(name)) {
                throw new FunctionException("unknown key " + name);
            }
            return map.get(name);
        }
        throw new FunctionException("unsupported value type " + Values.described(value) + " for select, expected map[string]interface{}, []interface{} or Array");
    }

    private static long integer(@Nullable Object key) {
        return switch (key) {
            case Long v -> v;
            case Double v -> v.longValue();
            case String v -> Conversions.integer(v).orElseThrow(() -> new FunctionException("could not select value, invalid key: " + v));
            case null, default -> throw new FunctionException("could not select value, invalid key: " + Printed.of(key));
        };
    }

    private static void each(@Nullable Object value, Found found) {
        if (value instanceof List<?> list) {
            list.forEach(found::take);
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(found::take);
        }
    }

    private static void deep(@Nullable Object value, Found found) {
        found.take(value);
        each(value, child -> deep(child, found));
    }

    private static boolean holds(Expression condition, @Nullable Object root, @Nullable Object current) {
        try {
            return Boolean.TRUE.equals(condition.value(root, current));
        } catch (FunctionException e) {
            return false;
        }
    }

    private static void slice(Slice slice, @Nullable Object root, @Nullable Object value, Found found) {
        if (!(value instanceof List<?> list)) {
            return;
        }
        var step = integer(slice.by().value(root, value));
        var from = bound(integer(slice.from().value(root, value)), list.size());
        var to = bound(integer(slice.to().value(root, value)), list.size());
        var by = (int) Math.clamp(step == 0 ? 1 : step, -list.size() - 1, list.size() + 1);
        if (by > 0) {
            for (var i = from; i < to; i += by) {
                found.take(list.get(i));
            }
        } else {
            for (var i = to - 1; i >= from; i += by) {
                found.take(list.get(i));
            }
        }
    }

    private static int bound(long index, int size) {
        return (int) Math.clamp(index < 0 ? index + size : index, 0, size);
    }
}
