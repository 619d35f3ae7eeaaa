package dev.skerry.kube.cel;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/** Literal arguments that cannot be right: regular expressions, durations, timestamps. */
final class LiteralChecks {
    private LiteralChecks() {}

    static List<CelIssue> issues(CelAbstractSyntaxTree ast) {
        List<CelIssue> issues = new ArrayList<>();
        Trees.walk(ast.getExpr(), expr -> {
            if (expr.getKind() != dev.cel.common.ast.CelExpr.ExprKind.Kind.CALL || expr.call().args().isEmpty()) {
                return;
            }
            CelExpr arg = expr.call().args().getLast();
            if (arg.getKind() == CelExpr.ExprKind.Kind.CONSTANT && arg.constant().getKind() == CelConstant.Kind.STRING_VALUE && wrong(expr.call().function(), arg.constant().stringValue())) {
                Integer position = ast.getSource().getPositionsMap().get(arg.id());
                CelSourceLocation location = position == null ? CelSourceLocation.NONE : ast.getSource().getOffsetLocation(position).orElse(CelSourceLocation.NONE);
                issues.add(CelIssue.formatError(arg.id(), location, "invalid " + expr.call().function() + " argument"));
            }
        });
        return issues;
    }

    private static boolean wrong(String function, String text) {
        return switch (function) {
            case "matches" -> {
                try {
                    Pattern.compile(text);
                    yield false;
                } catch (PatternSyntaxException e) {
                    yield true;
                }
            }
            case "duration" -> GoDuration.parse(text).isEmpty();
            case "timestamp" -> {
                try {
                    OffsetDateTime.parse(text);
                    yield false;
                } catch (DateTimeParseException e) {
                    yield true;
                }
            }
            default -> false;
        };
    }
}
