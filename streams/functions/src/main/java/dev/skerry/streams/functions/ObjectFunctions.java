package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Argument.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects: names and their values. */
final class ObjectFunctions {

    private static final String OBJECT = "object";
    private static final String LIST = "list";
    private static final String PAIRS = "each argument should be [][2]interface{}";

    private ObjectFunctions() {}

    static void addTo(Catalogue to) {
        to.pure("keys(object)", LIST, "the keys", Checks.exactly(1), NullRule.NULL, args -> new ArrayList<@Nullable Object>(only(args).keySet()));
        to.pure("values(object)", LIST, "the values", Checks.exactly(1), NullRule.NULL, args -> new ArrayList<@Nullable Object>(only(args).values()));
        to.pure("object(keys, values)", OBJECT, "an object from a list of keys and one of values", Checks.exactly(2), NullRule.NULL, ObjectFunctions::object);
        to.pure("zip(pairs)", OBJECT, "an object from a list of lists with key and value", Checks.exactly(1), NullRule.NULL, args -> zip(args[0]));
        to.pure("items(object)", LIST, "the entries, each a list of key and value", Checks.exactly(1), NullRule.NULL, args -> items(args[0]));
        to.pure("object_concat(object, object, ...)", OBJECT, "the objects laid over one another, the later above; null is empty", Checks.atLeast(2), NullRule.PASS,
                ObjectFunctions::concat);
        to.pure("object_construct(key, value, ...)", OBJECT, "an object from keys and values; without those whose key is null", ObjectFunctions::checkConstruct,
                NullRule.PASS, ObjectFunctions::construct);
        to.pure("erase(object, key or keys)", OBJECT, "the object without these keys", Checks.atLeast(2), NullRule.NULL, ObjectFunctions::erase);
        to.pure("object_size(object)", "integer", "the number of entries", Checks.exactly(1), NullRule.PASS,
                args -> args[0] == null ? 0L : (long) Values.object(args[0], "the first argument should be map[string]any, got " + Printed.of(args[0])).size());
        to.pure("object_pick(object, key, ... or keys)", OBJECT, "the object with these keys only; a key may be a path such as a.b", Checks.atLeast(2), NullRule.PASS,
                ObjectFunctions::pick);
        to.pure("obj_to_kvpair_array(object)", LIST, "a list of objects with key and value", Checks.exactly(1), NullRule.NULL, args -> toPairs(args[0]));
    }

    private static Map<String, @Nullable Object> only(@Nullable Object[] args) {
        return Values.object(args[0], "the argument should be map[string]interface{}");
    }

    private static @Nullable Object object(@Nullable Object[] args) {
        var keys = Values.list(args[0], "first argument should be []string");
        var values = Values.list(args[1], "second argument should be []interface{}");
        if (keys.size() != values.size()) {
            throw new FunctionException("the length of the arguments should be same");
        }
        var object = new LinkedHashMap<String, @Nullable Object>();
        for (var i = 0; i < keys.size(); i++) {
            object.put(Values.text(keys.get(i), "first argument should be []string"), values.get(i));
        }
        return object.isEmpty() ? null : object;
    }

    private static @Nullable Object zip(@Nullable Object value) {
        var lists = Values.list(value, PAIRS);
        if (lists.isEmpty()) {
            return null;
        }
        var object = new LinkedHashMap<String, @Nullable Object>();
        for (var item : lists) {
            if (item != null) {
                var pair = Values.list(item, PAIRS);
                if (pair.size() != 2) {
                    throw new FunctionException(PAIRS);
                }
                object.put(Values.text(pair.get(0), "the first element in the list item should be string"), pair.get(1));
            }
        }
        return object;
    }

    private static @Nullable Object items(@Nullable Object value) {
        var object = Values.object(value, "first argument should be map[string]interface{}");
        var list = new ArrayList<@Nullable Object>(object.size());
        object.forEach((key, element) -> list.add(new ArrayList<@Nullable Object>(Arrays.asList(key, element))));
        return list.isEmpty() ? null : list;
    }

    private static Object concat(@Nullable Object[] args) {
        var all = new LinkedHashMap<String, @Nullable Object>();
        for (var arg : args) {
            if (arg != null) {
                all.putAll(Values.object(arg, "the argument should be map[string]interface{}, got " + Printed.of(arg)));
            }
        }
        return all;
    }

    private static @Nullable String checkConstruct(List<Argument> args) {
        if (args.size() % 2 != 0) {
            return "the args must be key value pairs";
        }
        for (var i = 0; i < args.size(); i += 2) {
            if (args.get(i).is(Shape.INTEGER, Shape.FLOAT, Shape.TIME, Shape.BOOLEAN)) {
                return Checks.wrongType(i, "string");
            }
        }
        return null;
    }

    private static Object construct(@Nullable Object[] args) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        for (var i = 0; i + 1 < args.length; i += 2) {
            if (args[i] != null) {
                object.put(Values.text(args[i], "key " + Printed.of(args[i]) + " is not a string"), args[i + 1]);
            }
        }
        return object;
    }

    private static Object erase(@Nullable Object[] args) {
        if (args.length != 2) {
            throw new FunctionException("the argument number should be 2, got " + args.length);
        }
        var rest = new LinkedHashMap<>(Values.object(args[0], "the first argument should be map[string]interface{}, got " + Printed.of(args[0])));
        switch (args[1]) {
            case String key -> rest.remove(key);
            case List<?> keys -> keys.forEach(key -> rest.remove(key == null ? "" : Conversions.toText(key)));
            case null, default -> throw new FunctionException("the argument should be slice or string");
        }
        return rest;
    }

    private static @Nullable Object pick(@Nullable Object[] args) {
        if (args[0] == null) {
            return null;
        }
        var from = Values.object(args[0], "the first argument should be a map, got " + Printed.of(args[0]));
        var picked = new LinkedHashMap<String, @Nullable Object>();
        // What is no text is passed over: one wrong key shall not spoil the others.
        if (args[1] instanceof List<?> keys) {
            keys.forEach(key -> pick(from, key, picked));
        } else if (args[1] instanceof String) {
            for (var i = 1; i < args.length; i++) {
                pick(from, args[i], picked);
            }
        }
        return picked;
    }

    private static void pick(Map<String, @Nullable Object> from, @Nullable Object path, Map<String, @Nullable Object> to) {
        if (path instanceof String text) {
            pick(from, text.split("\\.", -1), 0, to);
        }
    }

    private static boolean pick(Map<String, @Nullable Object> from, String[] keys, int index, Map<String, @Nullable Object> to) {
        var key = keys[index];
        var value = from.get(key);
        var picked = to.get(key);
        if (index == keys.length - 1) {
            if (from.containsKey(key)) {
                to.put(key, value);
            }
            return from.containsKey(key);
        }
        // Picked as a whole before: it has everything already, and is not ours to change.
        if (!(value instanceof Map<?, ?>) || picked == value) {
            return false;
        }
        var inner = picked == null ? new LinkedHashMap<String, @Nullable Object>() : Values.object(picked, "");
        if (pick(Values.object(value, ""), keys, index + 1, inner)) {
            to.put(key, inner);
            return true;
        }
        return false;
    }

    private static Object toPairs(@Nullable Object value) {
        var object = Values.object(value, "the first argument should be map[string]interface{}, got " + Printed.of(value));
        var pairs = new ArrayList<@Nullable Object>(object.size());
        object.forEach((key, element) -> {
            var pair = new LinkedHashMap<String, @Nullable Object>();
            pair.put("key", key);
            pair.put("value", element);
            pairs.add(pair);
        });
        return pairs;
    }
}
