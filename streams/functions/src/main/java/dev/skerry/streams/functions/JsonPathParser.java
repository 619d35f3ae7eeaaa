package dev.skerry.streams.functions;

import dev.skerry.streams.functions.JsonPath.Deep;
import dev.skerry.streams.functions.JsonPath.Every;
import dev.skerry.streams.functions.JsonPath.Expression;
import dev.skerry.streams.functions.JsonPath.Filter;
import dev.skerry.streams.functions.JsonPath.Key;
import dev.skerry.streams.functions.JsonPath.Path;
import dev.skerry.streams.functions.JsonPath.Several;
import dev.skerry.streams.functions.JsonPath.Slice;
import dev.skerry.streams.functions.JsonPath.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a JSON path and the expressions within its brackets. */
final class JsonPathParser {

    private static final int LONGEST = 4096;
    private static final int DEEPEST = 64;
    /** By rank, the loosest first; a longer operator before the one that it begins with. */
    private static final List<List<String>> OPERATORS = List.of(
            List.of("||"), List.of("&&"), List.of("==", "!=", "=~", "!~", "<=", ">=", "<", ">"), List.of("+", "-"), List.of("*", "/", "%"));

    private final String text;
    private int at;
    private int depth;

    JsonPathParser(String text) {
        if (text.length() > LONGEST) {
            throw new FunctionException("jsonpath: " + text.length() + " characters (expected: at most " + LONGEST + ")");
        }
        this.text = text;
    }

    Expression whole() {
        var expression = expression();
        if (peek() != 0) {
            throw unexpected("the end");
        }
        return expression;
    }

    private Expression expression() {
        if (++depth > DEEPEST) {
            throw new FunctionException("jsonpath: nested deeper than " + DEEPEST);
        }
        var expression = binary(0);
        depth--;
        return expression;
    }

    private Expression binary(int rank) {
        if (rank == OPERATORS.size()) {
            return unary();
        }
        var left = binary(rank + 1);
        while (true) {
            var operator = operator(OPERATORS.get(rank));
            if (operator == null) {
                return left;
            }
            left = JsonPathOperator.of(operator, left, binary(rank + 1));
        }
    }

    private @Nullable String operator(List<String> among) {
        peek();
        for (var operator : among) {
            if (text.startsWith(operator, at)) {
                at += operator.length();
                return operator;
            }
        }
        return null;
    }

    private Expression unary() {
        var next = peek();
        if (next == '!') {
            at++;
            var operand = unary();
            return (root, current) -> !Boolean.TRUE.equals(operand.value(root, current));
        }
        if (next == '-') {
            at++;
            var operand = unary();
            return (root, current) -> -JsonPathOperator.number(operand.value(root, current));
        }
        return primary();
    }

    private Expression primary() {
        var next = peek();
        if (next == '(') {
            at++;
            var inner = expression();
            expect(')');
            return inner;
        }
        if (next == '$' || next == '@') {
            at++;
            return new Path(next == '$', steps(new ArrayList<>()));
        }
        if (next == '"' || next == '\'' || next == '`') {
            var value = quoted();
            return (root, current) -> value;
        }
        if (Character.isDigit(next) || next == '.') {
            var value = number();
            return (root, current) -> value;
        }
        if (next == '[') {
            return listed();
        }
        var word = identifier();
        return switch (word) {
            case "true" -> (root, current) -> true;
            case "false" -> (root, current) -> false;
            case "null", "nil" -> (root, current) -> null;
            // A bare name is an entry of the document.
            default -> new Path(true, steps(new ArrayList<>(List.of(key(word)))));
        };
    }

    private Expression listed() {
        at++;
        var elements = new ArrayList<Expression>();
        while (peek() != ']') {
            elements.add(expression());
            if (peek() == ',') {
                at++;
            }
        }
        at++;
        return (root, current) -> new ArrayList<>(elements.stream().<@Nullable Object>map(element -> element.value(root, current)).toList());
    }

    private List<Step> steps(List<Step> steps) {
        while (true) {
            var next = peek();
            if (next == '[') {
                at++;
                steps.add(bracket());
            } else if (next == '.') {
                at++;
                dotted(steps);
            } else {
                return steps;
            }
        }
    }

    private void dotted(List<Step> steps) {
        var next = peek();
        if (next == '.') {
            at++;
            steps.add(new Deep());
            next = peek();
            if (next == '[') {
                return;
            }
        }
        if (next == '*') {
            at++;
            steps.add(new Every());
        } else {
            steps.add(key(identifier()));
        }
    }

    private static Key key(String name) {
        return new Key((root, current) -> name);
    }

    private Step bracket() {
        var next = peek();
        if (next == '*') {
            at++;
            expect(']');
            return new Every();
        }
        if (next == '?') {
            at++;
            var condition = expression();
            expect(']');
            return new Filter(condition);
        }
        var keys = new ArrayList<@Nullable Expression>();
        var sliced = false;
        while (true) {
            next = peek();
            keys.add(next == ':' || next == ']' && sliced ? null : expression());
            next = peek();
            at++;
            if (next == ']') {
                return sliced ? slice(keys) : several(keys);
            }
            if (next != ',' && next != ':' || !keys.isEmpty() && keys.size() > 1 && sliced != (next == ':')) {
                at--;
                throw unexpected("]");
            }
            sliced = next == ':';
        }
    }

    private Step several(List<@Nullable Expression> keys) {
        var all = new ArrayList<Expression>();
        for (var key : keys) {
            if (key == null) {
                throw unexpected("a key");
            }
            all.add(key);
        }
        return all.size() == 1 ? new Key(all.getFirst()) : new Several(all);
    }

    private Step slice(List<@Nullable Expression> bounds) {
        if (bounds.size() > 3) {
            throw new FunctionException("range query has at least the parameter [min:max:step]");
        }
        return new Slice(bound(bounds, 0, 0), bound(bounds, 1, Integer.MAX_VALUE), bound(bounds, 2, 1));
    }

    private static Expression bound(List<@Nullable Expression> bounds, int index, long otherwise) {
        var given = index < bounds.size() ? bounds.get(index) : null;
        return given == null ? (root, current) -> otherwise : given;
    }

    private String quoted() {
        var quote = text.charAt(at++);
        var out = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            if (text.charAt(at) == '\\' && quote != '`' && at + 1 < text.length()) {
                at++;
                var c = text.charAt(at);
                out.append(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
            } else {
                out.append(text.charAt(at));
            }
            at++;
        }
        if (at == text.length()) {
            throw unexpected(String.valueOf(quote));
        }
        at++;
        return out.toString();
    }

    private Object number() {
        var start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
        try {
            return Double.parseDouble(text.substring(start, at));
        } catch (NumberFormatException e) {
            throw new FunctionException("jsonpath: " + text.substring(start, at) + " (expected: a number)");
        }
    }

    private String identifier() {
        var start = at;
        while (at < text.length() && Character.isUnicodeIdentifierPart(text.charAt(at))) {
            at++;
        }
        if (at == start || Character.isDigit(text.charAt(start))) {
            at = start;
            throw unexpected("a name");
        }
        return text.substring(start, at);
    }

    /** The next character that is no blank, or 0 at the end. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw unexpected(String.valueOf(wanted));
        }
        at++;
    }

    private FunctionException unexpected(String expected) {
        var found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new FunctionException("jsonpath " + text + ": " + found + " at " + (at + 1) + " (expected: " + expected + ")");
    }
}
