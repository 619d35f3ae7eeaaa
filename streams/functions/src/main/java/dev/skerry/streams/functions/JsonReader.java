package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** Reads one JSON text. The sentences of its errors are Go's. */
final class JsonReader {

    private static final int DEEPEST = 512;

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    @Nullable Object document() {
        var value = value();
        blanks();
        if (at < text.length()) {
            throw unexpected("after top-level value");
        }
        return value;
    }

    private @Nullable Object value() {
        blanks();
        if (at == text.length()) {
            throw end();
        }
        return switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", null);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw unexpected("looking for beginning of value");
        };
    }

    private Object object() {
        enter();
        var object = new LinkedHashMap<String, @Nullable Object>();
        blanks();
        if (peek() == '}') {
            return leave(object);
        }
        while (true) {
            blanks();
            if (peek() != '"') {
                throw unexpected("looking for beginning of object key string");
            }
            var key = string();
            blanks();
            if (peek() != ':') {
                throw unexpected("after object key");
            }
            at++;
            object.put(key, value());
            blanks();
            var next = peek();
            if (next == '}') {
                return leave(object);
            }
            if (next != ',') {
                throw unexpected("after object key:value pair");
            }
            at++;
        }
    }

    private Object list() {
        enter();
        var list = new ArrayList<@Nullable Object>();
        blanks();
        if (peek() == ']') {
            return leave(list);
        }
        while (true) {
            list.add(value());
            blanks();
            var next = peek();
            if (next == ']') {
                return leave(list);
            }
            if (next != ',') {
                throw unexpected("after array element");
            }
            at++;
        }
    }

    private void enter() {
        at++;
        if (++depth > DEEPEST) {
            throw new FunctionException("fail to parse json: exceeded max depth");
        }
    }

    private Object leave(Object value) {
        at++;
        depth--;
        return value;
    }

    private String string() {
        at++;
        var out = new StringBuilder();
        while (true) {
            var c = peek();
            if (c == '"') {
                at++;
                return out.toString();
            }
            if (c < ' ') {
                throw unexpected("in string literal");
            }
            at++;
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        var c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> unicode();
            default -> {
                at--;
                throw unexpected("in string escape code");
            }
        };
    }

    private char unicode() {
        var value = 0;
        for (var i = 0; i < 4; i++) {
            var digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw unexpected("in \\u hexadecimal character escape");
            }
            value = value * 16 + digit;
            at++;
        }
        return (char) value;
    }

    private @Nullable Object literal(String word, @Nullable Object value) {
        for (var i = 0; i < word.length(); i++) {
            if (peek() != word.charAt(i)) {
                throw unexpected("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
            at++;
        }
        return value;
    }

    private Object number() {
        var start = at;
        if (peek() == '-') {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '0') {
            at++;
        } else {
            digits("in numeric literal");
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits("after decimal point in numeric literal");
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            digits("in exponent of numeric literal");
        }
        var value = Double.parseDouble(text.substring(start, at));
        if (Double.isInfinite(value)) {
            throw new FunctionException("fail to parse json: json: cannot unmarshal number " + text.substring(start, at) + " into Go value of type float64");
        }
        return value;
    }

    private void digits(String where) {
        var start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            peek();
            throw unexpected(where);
        }
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw end();
        }
        return text.charAt(at);
    }

    private static FunctionException end() {
        return new FunctionException("fail to parse json: unexpected end of JSON input");
    }

    private FunctionException unexpected(String where) {
        return new FunctionException("fail to parse json: invalid character '" + text.substring(at, Math.min(text.length(), text.offsetByCodePoints(at, 1))) + "' " + where);
    }
}
