package dev.skerry.streams.functions;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values turned into another kind because the rule asks for it. */
public final class Conversions {

    private static final Pattern INTEGER = Pattern.compile("[+-]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]*|[1-9][0-9_]*)");
    private static final Pattern FLOAT = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|[+-]?0[xX][0-9a-fA-F]+\\.?[0-9a-fA-F]*[pP][+-]?\\d+");
    private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");
    private static final TimeFormat ANY_TIME = TimeFormat.of("");

    private Conversions() {}

    static void addTo(Catalogue to) {
        to.scalar("cast(value, type)", "the type", "the value as bigint, float, string, boolean, datetime or bytea", Conversions::check, NullRule.NULL,
                (args, call) -> cast(args[0], Values.text(args[1], "expect string type for type parameter"), call));
        to.pure("hex2dec(text)", "integer", "the number that hexadecimal digits tell, with or without 0x", Checks.ONE_TEXT, NullRule.NULL, args -> fromHex(args[0]));
        to.pure("dec2hex(integer)", "text", "the number in hexadecimal digits, with 0x", Checks.ONE_TEXT, NullRule.NULL, args -> toHex(Values.wholeNumber(args[0])));
        to.pure("chr(value)", "integer", "the number of a character; a number stays", Checks.all(Checks.exactly(1), Checks.refuse(0, "int",
                Argument.Shape.FLOAT, Argument.Shape.TIME, Argument.Shape.BOOLEAN)), NullRule.NULL, args -> character(args[0]));
        to.pure("encode(text, 'base64')", "text", "the text in base64", Conversions::checkBase64, NullRule.NULL, args -> encode(args));
        to.pure("decode(text, 'base64')", "bytes", "the bytes that base64 tells", Conversions::checkBase64, NullRule.NULL, args -> decode(args));
        to.pure("to_json(value)", "text", "the value as JSON", Checks.exactly(1), NullRule.NULL, args -> JsonText.of(args[0]));
        to.pure("parse_json(text)", "any", "the value that JSON tells; all its numbers are floats", Checks.ONE_TEXT, NullRule.PASS, args -> parseJson(args[0]));
    }

    private static @Nullable String check(List<Argument> args) {
        return checkType(args, 2, "Expect one of following value for the 2nd parameter: bigint, float, string, boolean, datetime, bytea.",
                Set.of("bigint", "float", "string", "boolean", "datetime", "bytea"));
    }

    /** For functions whose second argument is the name of a type. */
    static @Nullable String checkType(List<Argument> args, int count, String sentence, Set<String> types) {
        var problem = Checks.exactly(count).problem(args);
        if (problem != null) {
            return problem;
        }
        if (Checks.text(1).problem(args) != null) {
            return Checks.wrongType(0, "string");
        }
        return args.get(1).is(Argument.Shape.STRING) && !types.contains(String.valueOf(args.get(1).value())) ? sentence : null;
    }

    /**
     * The value as one of eKuiper's types: bigint, float, string, boolean, datetime, bytea.
     *
     * @throws FunctionException if it cannot be
     */
    public static @Nullable Object cast(@Nullable Object value, String type, Call call) {
        return switch (type) {
            case "bigint" -> converted(value, Conversions::toInteger);
            case "float" -> converted(value, Conversions::toFloat);
            case "string" -> value == null ? "" : toText(value);
            case "boolean" -> converted(value, Conversions::toBoolean);
            case "datetime" -> ANY_TIME.timeOf(value, call.zone(), call.now());
            case "bytea" -> toBytes(value);
            default -> throw new FunctionException("unknow type, only support bigint, float, string, boolean and datetime");
        };
    }

    private interface Conversion {
        Object of(@Nullable Object value);
    }

    private static Object converted(@Nullable Object value, Conversion conversion) {
        try {
            return conversion.of(value);
        } catch (FunctionException e) {
            throw new FunctionException("not supported type conversion, got error " + e.getMessage());
        }
    }

    private static Object toInteger(@Nullable Object value) {
        return switch (value) {
            case null -> 0L;
            case Boolean v -> v ? 1L : 0L;
            case String v -> integer(v).orElseThrow(() -> Values.cannotConvert(v, "int"));
            case Long v -> v;
            case Double v -> v.longValue();
            default -> throw Values.cannotConvert(value, "int");
        };
    }

    /** The integer that a text tells, in base 10, 16 (0x), 8 (0 or 0o) or 2 (0b). */
    static Optional<Long> integer(String text) {
        if (text.length() > 70 || !INTEGER.matcher(text).matches() || text.endsWith("_")) {
            return Optional.empty();
        }
        var negative = text.startsWith("-");
        var digits = text.replaceAll("[+_-]", "");
        var base = 10;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            var letter = Character.toLowerCase(digits.charAt(1));
            base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
            digits = digits.substring(Character.isLetter(letter) ? 2 : 1);
        }
        var number = digits.isEmpty() ? null : new BigInteger((negative ? "-" : "") + digits, base);
        return number == null || number.bitLength() > 63 ? Optional.empty() : Optional.of(number.longValue());
    }

    /** Any number, a text that reads as one, true as 1. */
    static double toFloat(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case Boolean v -> v ? 1 : 0;
            case String v -> parse(v);
            case Long v -> v;
            case Double v -> v;
            default -> throw Values.cannotConvert(value, "float64");
        };
    }

    private static double parse(String text) {
        var word = text.startsWith("+") || text.startsWith("-") ? text.substring(1) : text;
        if (word.equalsIgnoreCase("inf") || word.equalsIgnoreCase("infinity")) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (text.equalsIgnoreCase("nan")) {
            return Double.NaN;
        }
        if (text.length() <= 1000 && FLOAT.matcher(text).matches()) {
            var value = Double.parseDouble(text);
            if (!Double.isInfinite(value)) {
                return value;
            }
        }
        throw Values.cannotConvert(text, "float64");
    }

    static String toText(Object value) {
        return switch (value) {
            case byte[] v -> new String(v, StandardCharsets.UTF_8);
            case Double v -> Printed.plainNumber(v);
            default -> Printed.of(value);
        };
    }

    private static Object toBoolean(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean v -> v;
            case Long v -> v != 0;
            case Double v -> v != 0;
            case String v when TRUE.contains(v) -> true;
            case String v when FALSE.contains(v) -> false;
            case String v -> throw new FunctionException("strconv.ParseBool: parsing \"" + v + "\": invalid syntax");
            default -> throw Values.cannotConvert(value, "bool");
        };
    }

    private static Object toBytes(@Nullable Object value) {
        return switch (value) {
            case byte[] v -> v;
            case String v -> base64(v).orElseGet(() -> v.getBytes(StandardCharsets.UTF_8));
            case null, default -> throw Values.cannotConvert(value, "bytea");
        };
    }

    private static Optional<byte[]> base64(String text) {
        var plain = text.replace("\r", "").replace("\n", "");
        if (plain.length() % 4 != 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getDecoder().decode(plain));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What hashes and compressors take: a text as UTF-8, bytes as they are. */
    static byte[] bytesOf(@Nullable Object value) {
        return value instanceof byte[] bytes ? bytes : Printed.of(value).getBytes(StandardCharsets.UTF_8);
    }

    private static Object fromHex(@Nullable Object value) {
        var text = Values.text(value, "invalid input type: " + Printed.of(value) + " please input hex string");
        var digits = text.startsWith("0x") ? text.substring(2) : text;
        try {
            return Long.parseLong(digits, 16);
        } catch (NumberFormatException e) {
            throw new FunctionException("invalid hexadecimal value: " + digits);
        }
    }

    private static String toHex(long value) {
        return "0x" + Long.toString(value, 16);
    }

    private static Object character(@Nullable Object value) {
        return switch (value) {
            case Long v -> v;
            case Double v -> v.longValue();
            case String v when v.getBytes(StandardCharsets.UTF_8).length > 1 -> throw new FunctionException("Parameter length cannot larger than 1.");
            case String v when !v.isEmpty() -> (long) v.charAt(0);
            case null, default -> throw new FunctionException("Only bigint, float and string type can be convert to char type.");
        };
    }

    private static @Nullable String checkBase64(List<Argument> args) {
        var problem = Checks.all(Checks.exactly(2), Checks.text(0), Checks.literalText(1)).problem(args);
        return problem == null && !"base64".equals(args.get(1).value()) ? "Only base64 is supported for the 2nd parameter." : problem;
    }

    private static @Nullable Object encode(@Nullable Object[] args) {
        if (!(args[1] instanceof String name)) {
            return null;
        }
        if (!name.equalsIgnoreCase("base64")) {
            throw new FunctionException("Only base64 encoding is supported.");
        }
        return switch (args[0]) {
            case String text -> Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
            case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
            case null, default -> throw new FunctionException("Only string type can be encoded.");
        };
    }

    private static @Nullable Object decode(@Nullable Object[] args) {
        if (!(args[1] instanceof String name)) {
            return null;
        }
        if (!name.equalsIgnoreCase("base64")) {
            throw new FunctionException("Only base64 decoding is supported.");
        }
        var text = Values.text(args[0], "Only string type can be decoded.");
        return base64(text).orElseThrow(() -> new FunctionException("fail to decode base64 string: illegal base64 data"));
    }

    private static @Nullable Object parseJson(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> JsonText.parse(text);
            case byte[] bytes -> JsonText.parse(bytes);
            default -> throw new FunctionException("fail to convert " + Printed.of(value) + " to string");
        };
    }
}
