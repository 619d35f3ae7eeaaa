package dev.skerry.kube.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an expression costs at most, in upstream's units, by the largest values that its schema lets through. */
final class CostEstimate {
    private static final double UNKNOWN = 1.8e19;
    private static final double NUMBER = 64;
    private static final double CHARACTER = 0.1;
    private static final double PATTERN = 0.25;
    private static final Set<String> COMPARING = Set.of("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_");
    private static final Set<String> READING = Set.of(
            "lowerAscii", "upperAscii", "substring", "trim", "replace", "split", "url", "isURL", "ip", "isIP", "cidr", "isCIDR", "quantity", "isQuantity", "semver", "isSemver",
            "validate", "format", "charAt", "reverse", "string", "bytes", "double", "int", "duration", "timestamp", "ip.isCanonical");
    private static final Set<String> SCANNING = Set.of("isSorted", "sum", "min", "max", "indexOf", "lastIndexOf");

    private final CelAbstractSyntaxTree ast;
    private final Map<String, DeclType> variables = new HashMap<>();
    private final Map<String, Double> sizes = new HashMap<>();

    private CostEstimate(CelAbstractSyntaxTree ast) {
        this.ast = ast;
    }

    static double of(CelAbstractSyntaxTree ast, Map<String, DeclType> variables) {
        CostEstimate estimate = new CostEstimate(ast);
        estimate.variables.putAll(variables);
        return Math.min(estimate.cost(ast.getExpr()), UNKNOWN);
    }

    private double cost(CelExpr expr) {
        return switch (expr.getKind()) {
            case IDENT -> 1;
            case SELECT -> expr.select().testOnly() ? cost(expr.select().operand()) : 1 + cost(expr.select().operand());
            case CALL -> call(expr);
            case LIST -> 10 + below(expr);
            case MAP -> 30 + below(expr);
            case STRUCT -> 40 + below(expr);
            case COMPREHENSION -> comprehension(expr);
            case CONSTANT, NOT_SET -> 0;
        };
    }

    private double below(CelExpr expr) {
        return Trees.children(expr).stream().mapToDouble(this::cost).sum();
    }

    private double call(CelExpr expr) {
        List<CelExpr> args = Trees.children(expr);
        String function = expr.call().function();
        double own = 1;
        if (function.equals("_?_:_")) {
            return cost(args.get(0)) + Math.max(cost(args.get(1)), cost(args.get(2)));
        }
        if (COMPARING.contains(function)) {
            own = Math.max(1, Math.min(size(args.get(0)), size(args.get(1))) * CHARACTER);
        } else if (function.equals("_+_") && !isContainer(args.getFirst())) {
            own = Math.max(1, (size(args.get(0)) + size(args.get(1))) * CHARACTER);
        } else if (function.equals("@in") || SCANNING.contains(function) && isContainer(args.getFirst())) {
            own = size(function.equals("@in") ? args.get(1) : args.getFirst());
        } else if (function.equals("startsWith") || function.equals("endsWith")) {
            own = size(args.getLast()) * CHARACTER;
        } else if (function.equals("contains") || SCANNING.contains(function)) {
            own = size(args.getFirst()) * CHARACTER * Math.max(1, args.size() < 2 ? 1 : size(args.get(1)) * CHARACTER);
        } else if (function.equals("matches") || function.equals("find") || function.equals("findAll")) {
            own = (size(args.getFirst()) + 1) * CHARACTER * Math.max(1, size(args.get(1)) * PATTERN);
        } else if (function.equals("join")) {
            own = UNKNOWN * CHARACTER;
        } else if (function.startsWith("sets.")) {
            own = size(args.getFirst()) * size(args.get(1));
        } else if (READING.contains(function) && !args.isEmpty()) {
            own = Math.max(1, size(args.getFirst()) * CHARACTER);
        }
        return Math.min(UNKNOWN, own + below(expr));
    }

    private double comprehension(CelExpr expr) {
        var loop = expr.comprehension();
        DeclType range = type(loop.iterRange());
        DeclType item = range == null ? null : range.kind().equals("map") || range.kind().equals("object") ? null : range.element();
        DeclType before = item == null ? variables.remove(loop.iterVar()) : variables.put(loop.iterVar(), item);
        sizes.put(loop.accuVar(), loop.accuInit().getKind() == CelExpr.ExprKind.Kind.LIST ? size(loop.iterRange()) : UNKNOWN);
        double each = cost(loop.loopCondition()) + cost(loop.loopStep());
        double whole = cost(loop.iterRange()) + cost(loop.accuInit()) + Math.min(UNKNOWN, size(loop.iterRange()) * each) + cost(loop.result());
        if (before == null) {
            variables.remove(loop.iterVar());
        } else {
            variables.put(loop.iterVar(), before);
        }
        return Math.min(UNKNOWN, whole);
    }

    private boolean isContainer(CelExpr expr) {
        CelKind kind = ast.getType(expr.id()).map(t -> t.kind()).orElse(CelKind.DYN);
        return kind == CelKind.LIST || kind == CelKind.MAP;
    }

    /** Characters, items or members at most; 1 for what has no size. */
    private double size(CelExpr expr) {
        CelKind kind = ast.getType(expr.id()).map(t -> t.kind()).orElse(CelKind.DYN);
        if (kind != CelKind.STRING && kind != CelKind.BYTES && kind != CelKind.LIST && kind != CelKind.MAP && kind != CelKind.DYN) {
            return 1;
        }
        switch (expr.getKind()) {
            case CONSTANT -> {
                return expr.constant().getKind() == CelConstant.Kind.STRING_VALUE ? expr.constant().stringValue().length() : 1;
            }
            case LIST -> {
                return expr.list().elements().size();
            }
            case MAP -> {
                return expr.map().entries().size();
            }
            case CALL -> {
                List<CelExpr> args = Trees.children(expr);
                if (expr.call().function().equals("_+_")) {
                    return size(args.get(0)) + size(args.get(1));
                }
                if (expr.call().function().equals("string") && size(args.getFirst()) == 1) {
                    // Numbers, times and the like: upstream knows no bound, and refuses messages that name a number.
                    return NUMBER;
                }
                if (Set.of("lowerAscii", "upperAscii", "substring", "trim", "charAt", "find", "reverse").contains(expr.call().function())) {
                    return size(args.getFirst());
                }
            }
            case IDENT -> {
                Double known = sizes.get(expr.ident().name());
                if (known != null) {
                    return known;
                }
            }
            case COMPREHENSION -> {
                return size(expr.comprehension().iterRange());
            }
            case SELECT, STRUCT, NOT_SET -> {
                // By its type.
            }
        }
        DeclType type = type(expr);
        return type == null ? UNKNOWN : Math.max(1, type.maxElements());
    }

    private @Nullable DeclType type(CelExpr expr) {
        return switch (expr.getKind()) {
            case IDENT -> variables.get(expr.ident().name());
            case SELECT -> {
                DeclType outer = type(expr.select().operand());
                yield outer == null ? null : outer.kind().equals("map") ? outer.element() : outer.fields().get(expr.select().field());
            }
            case CALL -> {
                List<CelExpr> args = Trees.children(expr);
                DeclType outer = expr.call().function().equals("_[_]") || expr.call().function().equals("_[?_]") ? type(args.getFirst()) : null;
                yield outer == null ? null : outer.element();
            }
            case CONSTANT, LIST, MAP, STRUCT, COMPREHENSION, NOT_SET -> null;
        };
    }
}
