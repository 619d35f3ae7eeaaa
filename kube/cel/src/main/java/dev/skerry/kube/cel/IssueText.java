package dev.skerry.kube.cel;

import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import java.util.ArrayList;
import java.util.List;

/** Issues in upstream's words. */
final class IssueText {
    private IssueText() {}

    static String of(CelValidationException failure) {
        List<CelIssue> issues = new ArrayList<>();
        for (CelIssue issue : failure.getErrors()) {
            String message = issue.getMessage().replaceFirst(" \\(candidates: .*\\)$", "");
            boolean syntax = message.startsWith("mismatched input") || message.startsWith("extraneous input") || message.startsWith("missing ")
                    || message.startsWith("token recognition error") || message.startsWith("no viable alternative");
            issues.add(syntax ? CelIssue.formatError(issue.getExprId(), issue.getSourceLocation(), "Syntax error: " + message)
                    : CelIssue.formatError(issue.getExprId(), issue.getSourceLocation(), message));
        }
        return CelIssue.toDisplayString(issues, failure.getSource());
    }
}
