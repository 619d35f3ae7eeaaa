package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Words faults of JSON as Go's decoder does, which clients and people search for. */
final class GoJson {

    private static final String END = "unexpected end of JSON input";
    private static final int MAX_DEPTH = 10_000;
    private static final int SHOWN = 30;

    private final String text;
    private int at;

    private GoJson(String text) {
        this.text = text;
    }

    static String typeOf(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "array";
            case NUMBER -> "number";
            case STRING -> "string";
            case BOOLEAN -> "bool";
            case OBJECT, POJO -> "object";
            default -> "null";
        };
    }

    /** The first syntax fault, or a general text if Go would see none. */
    static String fault(byte[] bytes) {
        var scanner = new GoJson(new String(bytes, StandardCharsets.ISO_8859_1));
        try {
            scanner.blank();
            scanner.value(0);
            scanner.blank();
            return scanner.at < scanner.text.length() ? scanner.bad("after top-level value").getMessage() : "the text is not JSON";
        } catch (SyntaxException e) {
            return e.getMessage();
        }
    }

    /** The beginning of a body as upstream quotes it: text that looks like JSON as it is, other bytes in hexadecimal. */
    static String shown(byte[] bytes) {
        if (bytes.length == 0) {
            return "<empty>";
        }
        var shown = bytes[0] == '{' ? new String(bytes, 0, Math.min(bytes.length, SHOWN), StandardCharsets.UTF_8)
                : HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SHOWN));
        return bytes.length > SHOWN ? shown + " ..." : shown;
    }

    private static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1;

        SyntaxException(String message) {
            super(message, null, false, false);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    private SyntaxException bad(String where) {
        if (at >= text.length()) {
            return new SyntaxException(END);
        }
        var c = text.charAt(at);
        var quoted = c == '\'' ? "'\\''" : c == '"' ? "'\"'" : c == '\n' ? "'\\n'" : c == '\t' ? "'\\t'" : c < ' ' || c > '~' ? "'\\x%02x'".formatted((int) c) : "'" + c + "'";
        return new SyntaxException("invalid character " + quoted + " " + where);
    }

    private void blank() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char now() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void value(int depth) throws SyntaxException {
        if (depth > MAX_DEPTH) {
            throw new SyntaxException("exceeded max depth");
        }
        switch (now()) {
            case '{' -> members(depth);
            case '[' -> items(depth);
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw bad("looking for beginning of value");
        }
    }

    private void members(int depth) throws SyntaxException {
        at++;
        blank();
        if (now() == '}') {
            at++;
            return;
        }
        while (true) {
            if (now() != '"') {
                throw bad("looking for beginning of object key string");
            }
            string();
            blank();
            if (now() != ':') {
                throw bad("after object key");
            }
            at++;
            blank();
            value(depth + 1);
            blank();
            if (now() == '}') {
                at++;
                return;
            }
            if (now() != ',') {
                throw bad("after object key:value pair");
            }
            at++;
            blank();
        }
    }

    private void items(int depth) throws SyntaxException {
        at++;
        blank();
        if (now() == ']') {
            at++;
            return;
        }
        while (true) {
            value(depth + 1);
            blank();
            if (now() == ']') {
                at++;
                return;
            }
            if (now() != ',') {
                throw bad("after array element");
            }
            at++;
            blank();
        }
    }

    private void string() throws SyntaxException {
        for (at++; ; at++) {
            var c = now();
            if (at >= text.length()) {
                throw new SyntaxException(END);
            }
            if (c == '"') {
                at++;
                return;
            }
            if (c < ' ') {
                throw bad("in string literal");
            }
            if (c == '\\') {
                at++;
                if ("bfnrt\\/\"u".indexOf(now()) < 0 || at >= text.length()) {
                    throw bad("in string escape code");
                }
            }
        }
    }

    private void literal(String word) throws SyntaxException {
        for (int i = 0; i < word.length(); i++, at++) {
            if (now() != word.charAt(i)) {
                throw bad("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
    }

    private void number() throws SyntaxException {
        if (now() == '-') {
            at++;
        }
        if (!Character.isDigit(now())) {
            throw bad("in numeric literal");
        }
        if (now() == '0') {
            at++;
        } else {
            digits();
        }
        if (now() == '.') {
            at++;
            if (!Character.isDigit(now())) {
                throw bad("after decimal point in numeric literal");
            }
            digits();
        }
        if (now() == 'e' || now() == 'E') {
            at++;
            if (now() == '+' || now() == '-') {
                at++;
            }
            if (!Character.isDigit(now())) {
                throw bad("in exponent of numeric literal");
            }
            digits();
        }
    }

    private void digits() {
        while (Character.isDigit(now())) {
            at++;
        }
    }
}
