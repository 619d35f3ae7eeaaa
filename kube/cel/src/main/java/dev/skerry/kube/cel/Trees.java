package dev.skerry.kube.cel;

import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Walks through parsed expressions. */
final class Trees {
    private Trees() {}

    static void walk(CelExpr expr, Consumer<CelExpr> visit) {
        visit.accept(expr);
        children(expr).forEach(child -> walk(child, visit));
    }

    static List<CelExpr> children(CelExpr expr) {
        List<CelExpr> children = new ArrayList<>();
        switch (expr.getKind()) {
            case SELECT -> children.add(expr.select().operand());
            case CALL -> {
                expr.call().target().ifPresent(children::add);
                children.addAll(expr.call().args());
            }
            case LIST -> children.addAll(expr.list().elements());
            case STRUCT -> expr.struct().entries().forEach(e -> children.add(e.value()));
            case MAP -> expr.map().entries().forEach(e -> {
                children.add(e.key());
                children.add(e.value());
            });
            case COMPREHENSION -> {
                children.add(expr.comprehension().iterRange());
                children.add(expr.comprehension().accuInit());
                children.add(expr.comprehension().loopCondition());
                children.add(expr.comprehension().loopStep());
                children.add(expr.comprehension().result());
            }
            case CONSTANT, IDENT, NOT_SET -> {
                // Nothing below.
            }
        }
        return children;
    }
}
