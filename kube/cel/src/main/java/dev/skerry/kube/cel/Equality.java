package dev.skerry.kube.cel;

import com.google.common.primitives.UnsignedLong;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** When two values are equal, and what becomes of two lists that are added. */
final class Equality {
    private Equality() {}

    static boolean same(Object a, Object b) {
        if (a == b) {
            return true;
        }
        if (a instanceof Number x && b instanceof Number y) {
            return numbers(x, y);
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return lists(x, y);
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return maps(x, y);
        }
        if (a instanceof Optional<?> x && b instanceof Optional<?> y) {
            return x.isPresent() == y.isPresent() && (x.isEmpty() || same(x.get(), y.orElseThrow()));
        }
        return a.equals(b);
    }

    private static boolean numbers(Number a, Number b) {
        if (a instanceof Double x && b instanceof Double y) {
            return x.doubleValue() == y.doubleValue();
        }
        if (a instanceof Double x && !Double.isFinite(x) || b instanceof Double y && !Double.isFinite(y)) {
            return false;
        }
        return exact(a).compareTo(exact(b)) == 0;
    }

    static BigDecimal exact(Number n) {
        return switch (n) {
            case Double d -> new BigDecimal(d);
            case UnsignedLong u -> new BigDecimal(u.bigIntegerValue());
            default -> BigDecimal.valueOf(n.longValue());
        };
    }

    private static boolean maps(Map<?, ?> a, Map<?, ?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (Map.Entry<?, ?> entry : a.entrySet()) {
            Object other = b.get(entry.getKey());
            if (other == null || !same(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    private static boolean lists(List<?> a, List<?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        DeclType type = a instanceof JsonList x ? x.type() : b instanceof JsonList y ? y.type() : DeclType.DYN;
        if (type.set()) {
            return a.stream().allMatch(x -> b.stream().anyMatch(y -> same(x, y)));
        }
        if (!type.keys().isEmpty()) {
            return a.stream().allMatch(x -> b.stream().anyMatch(y -> sameKeys(x, y, type.keys()) && same(x, y)));
        }
        Iterator<?> other = b.iterator();
        for (Object one : a) {
            if (!same(one, other.next())) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameKeys(Object a, Object b, List<String> keys) {
        return a instanceof Map<?, ?> x && b instanceof Map<?, ?> y && keys.stream().allMatch(k -> {
            String written = Escaping.escape(k).orElse(k);
            Object p = x.get(written);
            Object q = y.get(written);
            return p == null ? q == null : q != null && same(p, q);
        });
    }

    /** The union of sets; for maps, items of the second replace those of the first with the same keys; else one behind the other. */
    static Object add(List<?> a, List<?> b) {
        DeclType type = a instanceof JsonList x ? x.type() : DeclType.DYN;
        List<Object> all = new ArrayList<>(a);
        if (!type.set() && type.keys().isEmpty()) {
            all.addAll(b);
            return all;
        }
        Map<Integer, Object> replaced = new LinkedHashMap<>();
        for (Object item : b) {
            int at = -1;
            for (int i = 0; i < all.size() && at < 0; i++) {
                at = (type.set() ? same(all.get(i), item) : sameKeys(all.get(i), item, type.keys())) ? i : -1;
            }
            if (at < 0) {
                all.add(item);
            } else {
                replaced.put(at, item);
            }
        }
        if (!type.set()) {
            replaced.forEach(all::set);
        }
        return new JsonList(all, type);
    }
}
