package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.schema.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Reads a label selector as it stands in a query; faults are worded as upstream words them. */
final class LabelParser {

    private static final String OPERATORS = "in, notin, =, ==, !=, gt, lt";
    private static final String SPECIAL = "=!(),<>";

    private final List<String> tokens = new ArrayList<>();
    private int at;

    private LabelParser(String text) {
        for (int i = 0; i < text.length(); ) {
            var c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
                continue;
            }
            var start = i++;
            if (SPECIAL.indexOf(c) >= 0) {
                if ((c == '=' || c == '!') && i < text.length() && text.charAt(i) == '=') {
                    i++;
                }
            } else {
                while (i < text.length() && SPECIAL.indexOf(text.charAt(i)) < 0 && !Character.isWhitespace(text.charAt(i))) {
                    i++;
                }
            }
            tokens.add(text.substring(start, i));
        }
    }

    /** Conditions on the labels of an object, all of which must hold. */
    static List<Predicate<JsonNode>> parse(String text) throws Failure {
        return new LabelParser(text).terms();
    }

    private String look() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private String next() {
        var token = look();
        at++;
        return token;
    }

    private static boolean word(String token) {
        return !token.isEmpty() && SPECIAL.indexOf(token.charAt(0)) < 0;
    }

    private List<Predicate<JsonNode>> terms() throws Failure {
        var terms = new ArrayList<Predicate<JsonNode>>();
        while (true) {
            var token = look();
            if (word(token) || token.equals("!")) {
                terms.add(requirement());
                var after = next();
                if (after.isEmpty()) {
                    return terms;
                }
                if (!after.equals(",")) {
                    throw Failure.badRequest("found '" + after + "', expected: ',' or 'end of string'");
                }
                if (!word(look()) && !look().equals("!")) {
                    throw Failure.badRequest("found '" + look() + "', expected: identifier after ','");
                }
            } else if (token.isEmpty()) {
                return terms;
            } else {
                throw Failure.badRequest("found '" + token + "', expected: !, identifier, or 'end of string'");
            }
        }
    }

    private static Failure wrong(String why) {
        return Failure.badRequest("unable to parse requirement: " + why);
    }

    private Predicate<JsonNode> requirement() throws Failure {
        var negated = look().equals("!");
        if (negated) {
            at++;
        }
        var key = next();
        if (!word(key)) {
            throw wrong("found '" + key + "', expected: identifier");
        }
        for (var fault : Names.qualifiedFaults(key)) {
            throw wrong("<nil>: Invalid value: " + new TextNode(key) + ": " + fault);
        }
        if (negated) {
            return labels -> !labels.path(key).isTextual();
        }
        if (look().isEmpty() || look().equals(",")) {
            return labels -> labels.path(key).isTextual();
        }
        var operator = next();
        return switch (operator) {
            case "=", "==" -> {
                var value = value(key);
                yield labels -> labels.path(key).isTextual() && labels.path(key).asText().equals(value);
            }
            case "!=" -> {
                var value = value(key);
                yield labels -> !labels.path(key).isTextual() || !labels.path(key).asText().equals(value);
            }
            case "in", "notin" -> {
                var values = values(key);
                var in = operator.equals("in");
                yield labels -> labels.path(key).isTextual() ? values.contains(labels.path(key).asText()) == in : !in;
            }
            case "<", ">", "gt", "lt" -> compared(key, operator, next());
            default -> throw wrong("found '" + operator + "', expected: " + OPERATORS);
        };
    }

    private static Predicate<JsonNode> compared(String key, String operator, String bound) throws Failure {
        if (!bound.matches("-?[0-9]{1,18}")) {
            throw wrong("values[0][" + key + "]: Invalid value: " + new TextNode(bound) + ": for 'Gt', 'Lt' operators, the value must be an integer");
        }
        var limit = Long.parseLong(bound);
        var more = operator.equals(">") || operator.equals("gt");
        return labels -> {
            var value = labels.path(key).asText("");
            return value.matches("-?[0-9]{1,18}") && (more ? Long.parseLong(value) > limit : Long.parseLong(value) < limit);
        };
    }

    private String value(String key) throws Failure {
        if (look().isEmpty() || look().equals(",")) {
            return "";
        }
        var value = next();
        if (!word(value)) {
            throw Failure.badRequest("found '" + value + "', expected: ',' or 'end of string'");
        }
        checkValue(key, 0, value);
        return value;
    }

    private static void checkValue(String key, int position, String value) throws Failure {
        for (var fault : Names.labelValueFaults(value)) {
            throw wrong("values[" + position + "][" + key + "]: Invalid value: " + new TextNode(value) + ": " + fault);
        }
    }

    private Set<String> values(String key) throws Failure {
        if (!look().equals("(")) {
            throw wrong("found '" + look() + "' expected: '('");
        }
        at++;
        var values = new HashSet<String>();
        while (true) {
            var token = next();
            if (word(token)) {
                checkValue(key, values.size(), token);
                values.add(token);
                token = next();
            } else if (token.equals(",") || token.equals(")")) {
                values.add("");
            }
            if (token.equals(")")) {
                return values;
            }
            if (!token.equals(",")) {
                throw wrong("found '" + token + "', expected: ',' or ')'");
            }
        }
    }
}
