package dev.skerry.kube.cel;

import static dev.skerry.kube.cel.Library.classes;
import static dev.skerry.kube.cel.Library.types;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import dev.cel.common.values.CelByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code isSorted}, {@code sum}, {@code min}, {@code max}, {@code indexOf}, {@code lastIndexOf}; equality and sums of lists. */
final class ListFunctions {
    private static final CelType ITEM = TypeParamType.create("A");

    private ListFunctions() {}

    static void addTo(Library library) {
        Map<String, CelType> summable = new LinkedHashMap<>();
        summable.put("int", SimpleType.INT);
        summable.put("uint", SimpleType.UINT);
        summable.put("double", SimpleType.DOUBLE);
        summable.put("duration", SimpleType.DURATION);
        Map<String, CelType> ordered = new LinkedHashMap<>(summable);
        ordered.put("bool", SimpleType.BOOL);
        ordered.put("string", SimpleType.STRING);
        ordered.put("timestamp", SimpleType.TIMESTAMP);
        ordered.put("bytes", SimpleType.BYTES);
        lists(library, "isSorted", "list_%s_is_sorted_bool", ordered, true, args -> sorted((List<?>) args[0]));
        lists(library, "min", "list_%s_min_%1$s", ordered, false, args -> extreme((List<?>) args[0], -1, "min"));
        lists(library, "max", "list_%s_max_%1$s", ordered, false, args -> extreme((List<?>) args[0], 1, "max"));
        lists(library, "sum", "list_%s_sum_%1$s", summable, false, args -> sum((List<?>) args[0]));
        library.member("indexOf", "list_a_index_of_int", SimpleType.INT, types(ListType.create(ITEM), ITEM), classes(List.class, Object.class),
                args -> index((List<?>) args[0], args[1], false));
        library.member("lastIndexOf", "list_a_last_index_of_int", SimpleType.INT, types(ListType.create(ITEM), ITEM), classes(List.class, Object.class),
                args -> index((List<?>) args[0], args[1], true));
        library.bind("_==_", "equals", classes(Object.class, Object.class), args -> Equality.same(args[0], args[1]));
        library.bind("_!=_", "not_equals", classes(Object.class, Object.class), args -> !Equality.same(args[0], args[1]));
        // Two in one group: the language's own group for sums takes only groups in.
        library.bind("_+_", "add_string", classes(String.class, String.class), args -> (String) args[0] + (String) args[1]);
        library.bind("_+_", "add_list", classes(List.class, List.class), args -> Equality.add((List<?>) args[0], (List<?>) args[1]));
    }

    private static void lists(Library library, String name, String id, Map<String, CelType> types, boolean tests, Library.Body body) {
        Map<String, CelType> results = new LinkedHashMap<>();
        Map<String, CelType> items = new LinkedHashMap<>();
        types.forEach((type, item) -> {
            results.put(id.formatted(type), tests ? SimpleType.BOOL : item);
            items.put(id.formatted(type), item);
        });
        library.onLists(name, results, items, body);
    }

    private static long index(List<?> list, Object item, boolean last) {
        long found = -1;
        for (int i = 0; i < list.size(); i++) {
            if (Equality.same(list.get(i), item)) {
                if (!last) {
                    return i;
                }
                found = i;
            }
        }
        return found;
    }

    private static boolean sorted(List<?> list) {
        for (int i = 1; i < list.size(); i++) {
            if (compare(list.get(i - 1), list.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }

    private static Object extreme(List<?> list, int sign, String name) {
        if (list.isEmpty()) {
            throw new CelFault(name + " called on empty list");
        }
        Object best = list.getFirst();
        for (Object one : list) {
            best = compare(one, best) * sign > 0 ? one : best;
        }
        return best;
    }

    @SuppressWarnings("unchecked")
    static int compare(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return x instanceof Double || y instanceof Double ? Double.compare(x.doubleValue(), y.doubleValue()) : Equality.exact(x).compareTo(Equality.exact(y));
        }
        if (a instanceof CelByteString x && b instanceof CelByteString y) {
            return java.util.Arrays.compareUnsigned(x.toByteArray(), y.toByteArray());
        }
        if (a instanceof Comparable<?> x && a.getClass() == b.getClass() && (a instanceof String || a instanceof Boolean || a instanceof Instant || a instanceof Duration)) {
            return ((Comparable<Object>) x).compareTo(b);
        }
        throw new CelFault("no such overload");
    }

    private static Object sum(List<?> list) {
        try {
            return switch (list.isEmpty() ? 0L : list.getFirst()) {
                case Double d -> list.stream().mapToDouble(n -> n instanceof Number x ? x.doubleValue() : whole(n)).sum();
                case Duration d -> list.stream().map(x -> (Duration) x).reduce(Duration.ZERO, Duration::plus);
                case UnsignedLong u -> list.stream().map(x -> (UnsignedLong) x).reduce(UnsignedLong.ZERO, UnsignedLong::plus);
                default -> list.stream().mapToLong(n -> whole(n)).reduce(0, Math::addExact);
            };
        } catch (ArithmeticException e) {
            throw new CelFault("integer overflow");
        } catch (ClassCastException e) {
            throw new CelFault("no such overload");
        }
    }

    private static long whole(Object n) {
        if (n instanceof Long whole) {
            return whole;
        }
        throw new CelFault("no such overload");
    }
}
