package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lists. Elements are equal if kind and content are: 1 is not 1.0. */
final class ArrayFunctions {

    private static final String LIST = "list";
    private static final String FIRST = "first argument should be array of interface{}";
    private static final String SECOND = "second argument should be array of interface{}";
    private static final int LONGEST = 1_000_000;

    private ArrayFunctions() {}

    static void addTo(Catalogue to) {
        to.pure("array_create(value, ...)", LIST, "a list of the values that are not null; null if there are none", Checks.ANY, NullRule.PASS, ArrayFunctions::create);
        to.pure("array_position(list, value)", "integer", "where the value first is, from 0; -1 if nowhere", Checks.exactly(2), NullRule.PASS,
                args -> args[0] == null ? -1L : (long) position(first(args), args[1]));
        to.pure("array_last_position(list, value)", "integer", "where the value last is, from 0; -1 if nowhere", Checks.exactly(2), NullRule.PASS,
                args -> args[0] == null ? -1L : lastPosition(first(args), args[1]));
        to.pure("element_at(list or object, index or key)", "as the element", "one element, a negative index counting from the last; or the entry of a key", Checks.exactly(2),
                NullRule.NULL, args -> elementAt(args[0], args[1]));
        to.pure("array_contains(list, value)", "boolean", "whether the value is in the list", Checks.exactly(2), NullRule.PASS,
                args -> args[0] != null && position(first(args), args[1]) >= 0);
        to.pure("array_contains_any(list, values)", "boolean", "whether any of the values is in the list", Checks.exactly(2), NullRule.PASS,
                args -> args[0] != null && containsAny(first(args), second(args)));
        to.pure("array_remove(list, value)", LIST, "the list without that value", Checks.exactly(2), NullRule.PASS, args -> args[0] == null ? null : remove(first(args), args[1]));
        to.pure("array_intersect(list, list)", LIST, "what both have, once each", Checks.exactly(2), NullRule.NULL, args -> intersect(first(args), second(args)));
        to.pure("array_union(list, list)", LIST, "what either has, once each", Checks.exactly(2), NullRule.PASS, ArrayFunctions::union);
        to.pure("array_except(list, list)", LIST, "what only the first has, once each", Checks.exactly(2), NullRule.PASS,
                args -> args[0] == null ? null : except(first(args), args[1] == null ? List.of() : second(args)));
        to.pure("array_max(list)", "as the elements", "the greatest number or text", Checks.exactly(1), NullRule.NULL, args -> Extreme.of(first(args), 1, to.asEkuiper()));
        to.pure("array_min(list)", "as the elements", "the smallest number or text", Checks.exactly(1), NullRule.NULL, args -> Extreme.of(first(args), -1, to.asEkuiper()));
        to.pure("repeat(value, times)", LIST, "a list of so many times the value", Checks.exactly(2), NullRule.NULL, ArrayFunctions::repeat);
        to.pure("sequence(start, stop[, step])", LIST, "the integers from start to stop", Checks.TWO_OR_THREE, NullRule.NULL, ArrayFunctions::sequence);
        to.pure("array_cardinality(list)", "integer", "how many elements are not null", Checks.exactly(1), NullRule.ZERO,
                args -> first(args).stream().filter(Objects::nonNull).count());
        to.pure("cardinality(list)", "integer", "how many elements; 0 for what is no list", Checks.exactly(1), NullRule.ZERO,
                args -> args[0] instanceof List<?> list ? (long) list.size() : args[0] instanceof byte[] bytes ? (long) bytes.length : 0L);
        to.pure("array_flatten(list)", LIST, "lists within the list replaced by their elements, one level deep", Checks.exactly(1), NullRule.NULL, args -> flatten(first(args)));
        to.pure("array_distinct(list)", LIST, "each element once; lists and objects stay", Checks.exactly(1), NullRule.NULL, args -> distinct(first(args)));
        to.scalar("array_map(name, list)", LIST, "a scalar function of one argument called on each element", Checks.exactly(2), NullRule.NULL, (args, call) -> map(to, args, call));
        to.pure("array_join(list, separator[, null_text])", "text", "the elements as one text; nulls only with a text for them", Checks.TWO_OR_THREE, NullRule.NULL,
                ArrayFunctions::join);
        to.scalar("array_shuffle(list)", LIST, "the elements in a random order", Checks.exactly(1), NullRule.NULL, (args, call) -> {
            var shuffled = new ArrayList<>(first(args));
            Collections.shuffle(shuffled, java.util.Random.from(call.random()));
            return shuffled;
        });
        to.pure("array_sort(list)", LIST, "the elements sorted by their text", Checks.exactly(1), NullRule.NULL, args -> sort(args[0], to.asEkuiper()));
        to.pure("array_concat(list, ...)", LIST, "all lists one after the other; null is empty", Checks.atLeast(1), NullRule.PASS, ArrayFunctions::concat);
        to.pure("kvpair_array_to_obj(list)", "object", "an object from a list of objects with key and value", Checks.exactly(1), NullRule.NULL, args -> fromPairs(first(args)));
    }

    private static List<@Nullable Object> first(@Nullable Object[] args) {
        return Values.list(args[0], FIRST);
    }

    private static List<@Nullable Object> second(@Nullable Object[] args) {
        return Values.list(args[1], SECOND);
    }

    private static @Nullable Object create(@Nullable Object[] args) {
        var list = new ArrayList<@Nullable Object>(args.length);
        for (var arg : args) {
            if (arg != null) {
                list.add(arg);
            }
        }
        return list.isEmpty() ? null : list;
    }

    private static int position(List<@Nullable Object> list, @Nullable Object value) {
        for (var i = 0; i < list.size(); i++) {
            if (Values.same(list.get(i), value)) {
                return i;
            }
        }
        return -1;
    }

    private static long lastPosition(List<@Nullable Object> list, @Nullable Object value) {
        for (var i = list.size() - 1; i >= 0; i--) {
            if (Values.same(list.get(i), value)) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable Object elementAt(@Nullable Object value, @Nullable Object place) {
        if (value instanceof List<?> list) {
            var index = Values.wholeNumber(place);
            if (index >= list.size() || index < -list.size()) {
                throw new FunctionException("index out of range");
            }
            return list.get((int) (index >= 0 ? index : list.size() + index));
        }
        return Values.object(value, "first argument should be []interface{} or map[string]interface{}").get(Values.text(place, "second argument should be string"));
    }

    private static boolean containsAny(List<@Nullable Object> list, List<@Nullable Object> values) {
        var set = new ValueSet(list);
        return values.stream().anyMatch(set::contains);
    }

    private static Object remove(List<@Nullable Object> list, @Nullable Object value) {
        var rest = new ArrayList<@Nullable Object>(list);
        rest.removeIf(element -> Values.same(element, value));
        return rest;
    }

    private static Object intersect(List<@Nullable Object> a, List<@Nullable Object> b) {
        var left = new ValueSet(a);
        var both = new ArrayList<@Nullable Object>();
        for (var element : b) {
            if (left.remove(element)) {
                both.add(element);
            }
        }
        return both;
    }

    private static Object union(@Nullable Object[] args) {
        var seen = new ValueSet(List.of());
        var union = new ArrayList<@Nullable Object>();
        for (var i = 0; i < 2; i++) {
            for (var element : args[i] == null ? List.<@Nullable Object>of() : Values.list(args[i], i == 0 ? FIRST : SECOND)) {
                if (seen.add(element)) {
                    union.add(element);
                }
            }
        }
        return union;
    }

    private static Object except(List<@Nullable Object> list, List<@Nullable Object> without) {
        var seen = new ValueSet(without);
        var rest = new ArrayList<@Nullable Object>();
        for (var element : list) {
            if (seen.add(element)) {
                rest.add(element);
            }
        }
        return rest;
    }

    private static Object repeat(@Nullable Object[] args) {
        if (!(args[1] instanceof Long)) {
            throw new FunctionException("second argument should be int");
        }
        return new ArrayList<>(Collections.nCopies(Values.size(args[1], LONGEST, "repeat"), args[0]));
    }

    private static Object sequence(@Nullable Object[] args) {
        if (!(args[0] instanceof Long start)) {
            throw new FunctionException("first argument should be int");
        }
        if (!(args[1] instanceof Long stop)) {
            throw new FunctionException("second argument should be int");
        }
        long step = start < stop ? 1 : -1;
        if (args.length == 3) {
            if (!(args[2] instanceof Long given)) {
                throw new FunctionException("third argument should be int");
            }
            if (given == 0) {
                throw new FunctionException("invalid step: should not be zero");
            }
            step = given;
        }
        // As floats: the way from one end of the integers to the other is no integer.
        var exact = Math.floor(((double) stop - start) / step) + 1;
        if (exact < 0 || exact > LONGEST) {
            throw new FunctionException("sequence: " + Printed.plainNumber(exact) + " elements (expected: 0-" + LONGEST + ")");
        }
        var length = (long) exact;
        var list = new ArrayList<@Nullable Object>((int) length);
        for (var i = 0L; i < length; i++) {
            list.add(start + i * step);
        }
        return list;
    }

    private static Object flatten(List<@Nullable Object> list) {
        var flat = new ArrayList<@Nullable Object>();
        for (var element : list) {
            if (element instanceof List<?>) {
                flat.addAll(Values.list(element, ""));
            } else {
                flat.add(element);
            }
        }
        return flat;
    }

    private static Object distinct(List<@Nullable Object> list) {
        var seen = new ValueSet(List.of());
        var distinct = new ArrayList<@Nullable Object>();
        for (var element : list) {
            if (element instanceof List<?> || element instanceof Map<?, ?> || seen.add(element)) {
                distinct.add(element);
            }
        }
        return distinct;
    }

    private static Object map(Catalogue functions, @Nullable Object[] args, Call call) {
        var name = Values.text(args[0], "first argument should be string");
        var list = second(args);
        var function = functions.functions().get(name);
        if (function == null) {
            throw new FunctionException("unknown built-in function: " + name + ".");
        }
        if (!(function instanceof Scalar scalar)) {
            throw new FunctionException("first argument should be a scalar function.");
        }
        if (scalar.check(List.of(Argument.ANY)).isPresent()) {
            throw new FunctionException("validate " + name + " arguments failed");
        }
        var one = scalar.create();
        var mapped = new ArrayList<@Nullable Object>(list.size());
        for (var element : list) {
            mapped.add(one.call(new @Nullable Object[] {element}, call));
        }
        return mapped;
    }

    private static Object join(@Nullable Object[] args) {
        var list = first(args);
        var separator = Values.text(args[1], "second argument should be string");
        var forNull = args.length == 3 ? Values.text(args[2], "third argument should be string") : "";
        var texts = new ArrayList<String>(list.size());
        for (var element : list) {
            if (element != null) {
                texts.add(Conversions.toText(element));
            } else if (!forNull.isEmpty()) {
                texts.add(forNull);
            }
        }
        return String.join(separator, texts);
    }

    private static Object sort(@Nullable Object value, boolean byText) {
        var sorted = new ArrayList<>(Values.list(value, "array elements should be array"));
        // By text, 10 comes before 9; numbers among themselves are better sorted as numbers.
        var numbers = !byText && sorted.stream().allMatch(Values::isNumber);
        sorted.sort(numbers ? (a, b) -> Extreme.order(Objects.requireNonNull(a), Objects.requireNonNull(b)) : (a, b) -> printed(a).compareTo(printed(b)));
        return sorted;
    }

    private static String printed(@Nullable Object value) {
        return value == null ? "<nil>" : Printed.of(value);
    }

    private static Object concat(@Nullable Object[] args) {
        var all = new ArrayList<@Nullable Object>();
        for (var arg : args) {
            if (arg != null) {
                all.addAll(Values.list(arg, "array elements should be array"));
            }
        }
        return all;
    }

    private static Object fromPairs(List<@Nullable Object> pairs) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        for (var item : pairs) {
            var pair = Values.object(item, "array item should be map[string]interface{}");
            if (pair.size() != 2 || !(pair.get("key") instanceof String key) || !pair.containsKey("value")) {
                throw new FunctionException("array item should be key-value pair");
            }
            object.put(key, pair.get("value"));
        }
        return object;
    }
}
