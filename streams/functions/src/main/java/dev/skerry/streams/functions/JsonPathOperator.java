package dev.skerry.streams.functions;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.skerry.streams.functions.JsonPath.Expression;
import org.jspecify.annotations.Nullable;

/** The operators within a JSON path's brackets. Numbers are compared as floats, everything else by its text or content. */
final class JsonPathOperator {

    private JsonPathOperator() {}

    static Expression of(String operator, Expression left, Expression right) {
        return switch (operator) {
            case "||" -> (root, current) -> isTrue(left.value(root, current)) || isTrue(right.value(root, current));
            case "&&" -> (root, current) -> isTrue(left.value(root, current)) && isTrue(right.value(root, current));
            case "==" -> (root, current) -> equal(left.value(root, current), right.value(root, current));
            case "!=" -> (root, current) -> !equal(left.value(root, current), right.value(root, current));
            case "=~" -> (root, current) -> matches(left.value(root, current), right.value(root, current));
            case "!~" -> (root, current) -> !matches(left.value(root, current), right.value(root, current));
            case "<" -> (root, current) -> compare(left.value(root, current), right.value(root, current)) < 0;
            case "<=" -> (root, current) -> compare(left.value(root, current), right.value(root, current)) <= 0;
            case ">" -> (root, current) -> compare(left.value(root, current), right.value(root, current)) > 0;
            case ">=" -> (root, current) -> compare(left.value(root, current), right.value(root, current)) >= 0;
            case "+" -> (root, current) -> plus(left.value(root, current), right.value(root, current));
            case "-" -> (root, current) -> number(left.value(root, current)) - number(right.value(root, current));
            case "*" -> (root, current) -> number(left.value(root, current)) * number(right.value(root, current));
            case "/" -> (root, current) -> number(left.value(root, current)) / number(right.value(root, current));
            case "%" -> (root, current) -> number(left.value(root, current)) % number(right.value(root, current));
            default -> throw new IllegalStateException(operator);
        };
    }

    private static boolean isTrue(@Nullable Object value) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw new FunctionException("jsonpath: " + Values.described(value) + " (expected: true or false)");
    }

    static double number(@Nullable Object value) {
        if (!Values.isNumber(value)) {
            throw new FunctionException("jsonpath: " + Values.described(value) + " (expected: a number)");
        }
        return Values.number(value);
    }

    private static boolean equal(@Nullable Object a, @Nullable Object b) {
        return Values.isNumber(a) && Values.isNumber(b) ? Values.number(a) == Values.number(b) : Values.same(a, b);
    }

    private static int compare(@Nullable Object a, @Nullable Object b) {
        if (a instanceof String x && b instanceof String y) {
            return x.compareTo(y);
        }
        return Double.compare(number(a), number(b));
    }

    private static Object plus(@Nullable Object a, @Nullable Object b) {
        return Values.isNumber(a) && Values.isNumber(b) ? (Object) (Values.number(a) + Values.number(b)) : Printed.of(a) + Printed.of(b);
    }

    private static boolean matches(@Nullable Object text, @Nullable Object pattern) {
        try {
            return Pattern.compile(Printed.of(pattern)).matcher(Printed.of(text)).find();
        } catch (PatternSyntaxException e) {
            throw new FunctionException(String.valueOf(e.getMessage()));
        }
    }
}
