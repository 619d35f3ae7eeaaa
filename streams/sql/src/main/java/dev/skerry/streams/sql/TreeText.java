package dev.skerry.streams.sql;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An expression as eKuiper's messages show it, so that those who know them find their way. */
final class TreeText {

    private static final int PLAIN_UP_TO = 21;

    private TreeText() {}

    static String of(Tree tree) {
        return switch (tree) {
            case Tree.Literal l -> l.value() instanceof Double d ? GoText.number(d, PLAIN_UP_TO) : GoText.of(l.value());
            case Tree.Unit u -> u.name().toUpperCase(java.util.Locale.ROOT);
            case Tree.Interval i -> i.millis() + "ms";
            case Tree.Column c -> (c.stream().isEmpty() ? "$$default" : c.stream()) + "." + c.name();
            case Tree.Alias a -> "$$alias." + a.name() + ",aliasRef:" + of(a.meaning());
            case Tree.Meta m -> "metaRef:{ streamName:" + (m.stream().isEmpty() ? "$$default" : m.stream()) + ", fieldName:" + m.name() + " }";
            case Tree.Arrow a -> "binaryExpr:{ " + of(a.from()) + " -> jsonFieldName:" + a.name() + " }";
            case Tree.Index i -> "binaryExpr:{ " + of(i.from()) + "[" + of(i.index()) + "] }";
            case Tree.Slice s -> "binaryExpr:{ " + of(s.from()) + "[ColonExpr:{ start:{ " + (s.start() == null ? "0" : of(s.start()))
                    + " }, end:{ " + (s.to() == null ? "-2147483648" : of(s.to())) + " } }] }";
            case Tree.Binary b -> binary(b.left(), b.op(), of(b.right()));
            case Tree.Not n -> "NOT " + of(n.of());
            case Tree.Negate n -> "- " + of(n.of());
            case Tree.Paren p -> "parenExpr:{ " + of(p.of()) + " }";
            case Tree.IsNull i -> of(i.of()) + (i.not() ? " IS NOT NULL" : " IS NULL");
            case Tree.Between b -> binary(b.of(), b.not() ? "NOT BETWEEN" : "BETWEEN", "betweenExpr:{ " + of(b.low()) + ", " + of(b.high()) + " }");
            case Tree.InList i -> binary(i.of(), i.not() ? "NOT IN" : "IN", "valueSetExpr:{ literalExprs:[" + list(i.values()) + "] }");
            case Tree.InArray i -> binary(i.of(), i.not() ? "NOT IN" : "IN", of(i.array()));
            case Tree.Like l -> binary(l.of(), l.not() ? "NOT LIKE" : "LIKE", "likePattern:" + of(l.pattern()));
            case Tree.Case c -> caseText(c);
            case Tree.Wildcard w -> "*";
            case Tree.Call c -> "Call:{ name:" + c.name() + (c.args().isEmpty() ? "" : ", args:[" + list(c.args()) + "]") + when(c.when()) + " }";
            case Tree.Slot s -> of(s.meaning());
            case Tree.Window w -> "window:{ windowType:" + w.kind() + "_WINDOW }";
        };
    }

    private static String when(@Nullable Tree when) {
        return when == null ? "" : ", when:{ " + of(when) + " }";
    }

    private static String binary(Tree left, String op, String right) {
        return "binaryExpr:{ " + of(left) + " " + op + " " + right + " }";
    }

    private static String list(List<Tree> all) {
        return all.stream().map(TreeText::of).collect(Collectors.joining(", "));
    }

    private static String caseText(Tree.Case c) {
        var subject = c.subject() == null ? "" : "value:{ " + of(c.subject()) + " }, ";
        return "caseExprValue:{ " + subject + c.whens().stream().map(w -> "{ whenClause:{ " + of(w.condition()) + " } }")
                .collect(Collectors.joining(", ", "whenClauses:[", "]")) + " }";
    }
}
