package dev.skerry.kube.cel;

import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.CelEvaluationListener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Counts what an evaluation costs, in upstream's units, and stops it when it is too much. */
final class CostMeter implements CelEvaluationListener {
    private static final Set<String> TRAVERSING = Set.of(
            "contains", "startsWith", "endsWith", "matches", "find", "findAll", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "lowerAscii", "upperAscii", "replace",
            "split", "join", "trim", "substring", "quantity", "isQuantity", "url", "isURL", "ip", "isIP", "cidr", "isCIDR", "validate", "format");
    private static final Set<String> SCANNING = Set.of("@in", "isSorted", "sum", "min", "max", "indexOf", "lastIndexOf", "sets.contains", "sets.intersects", "sets.equivalent");
    private static final int LIST = 10;
    private static final int MAP = 30;
    private static final int STRUCTURE = 40;

    private final Map<Long, Object> results = new HashMap<>();
    private final long limit;
    private long cost;

    CostMeter(long limit) {
        this.limit = limit;
    }

    @Override
    public void callback(CelExpr expr, @Nullable Object result) {
        cost += switch (expr.getKind()) {
            case IDENT -> 1;
            case SELECT -> expr.select().testOnly() ? 0 : depth(expr);
            case CALL -> call(expr);
            case LIST -> LIST;
            case MAP -> MAP;
            case STRUCT -> STRUCTURE;
            case CONSTANT, COMPREHENSION, NOT_SET -> 0;
        };
        if (result instanceof String || result instanceof List<?>) {
            results.put(expr.id(), result);
        }
        if (exceeded()) {
            throw new CelFault("operation cancelled: actual cost limit exceeded");
        }
    }

    private static int depth(CelExpr expr) {
        int depth = 0;
        CelExpr at = expr;
        while (at.getKind() == CelExpr.ExprKind.Kind.SELECT) {
            depth++;
            at = at.select().operand();
        }
        return depth;
    }

    private long call(CelExpr expr) {
        String function = expr.call().function();
        if (TRAVERSING.contains(function)) {
            long size = 0;
            for (CelExpr child : Trees.children(expr)) {
                size += size(child);
            }
            return 1 + size / 10;
        }
        return SCANNING.contains(function) ? 1 + size(Trees.children(expr).getLast()) : 1;
    }

    private long size(CelExpr expr) {
        return switch (results.get(expr.id())) {
            case String text -> text.length();
            case List<?> list -> list.size();
            case null, default -> 1;
        };
    }

    boolean exceeded() {
        return cost > limit;
    }

    long cost() {
        return cost;
    }
}
