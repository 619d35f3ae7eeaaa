package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Argument.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Text. What is no text is taken as it prints; places count characters, not bytes. */
final class TextFunctions {

    private static final String TEXT = "text";
    private static final String INTEGER = "integer";
    private static final String BOOLEAN = "boolean";
    private static final int LONGEST_PAD = 1_000_000;

    private TextFunctions() {}

    static void addTo(Catalogue to) {
        to.pure("concat(text, ...)", TEXT, "all texts one after the other; null is empty", TextFunctions::checkConcat, NullRule.PASS, TextFunctions::concat);
        to.pure("endswith(text, end)", BOOLEAN, "whether the text ends so", Checks.TWO_TEXTS, NullRule.FALSE, args -> text(args, 0).endsWith(text(args, 1)));
        to.pure("startswith(text, start)", BOOLEAN, "whether the text begins so", Checks.TWO_TEXTS, NullRule.FALSE, args -> text(args, 0).startsWith(text(args, 1)));
        to.pure("indexof(text, part)", INTEGER, "where the part first begins, from 0; -1 if nowhere", Checks.TWO_TEXTS, NullRule.PASS, TextFunctions::indexOf);
        to.pure("length(value)", INTEGER, "the number of characters, elements or entries", Checks.exactly(1), NullRule.ZERO, args -> length(args[0]));
        to.pure("numbytes(text)", INTEGER, "the number of bytes in UTF-8", Checks.ONE_TEXT, NullRule.ZERO, args -> (long) text(args, 0).getBytes(StandardCharsets.UTF_8).length);
        to.pure("lower(text)", TEXT, "in small letters", Checks.ONE_TEXT, NullRule.NULL, args -> mapped(text(args, 0), Character::toLowerCase));
        to.pure("upper(text)", TEXT, "in capital letters", Checks.ONE_TEXT, NullRule.NULL, args -> mapped(text(args, 0), Character::toUpperCase));
        to.pure("lpad(text, blanks)", TEXT, "so many blanks and then the text", Checks.TEXT_AND_INTEGER, NullRule.NULL,
                args -> " ".repeat(Values.size(args[1], LONGEST_PAD, "lpad")) + text(args, 0));
        to.pure("rpad(text, blanks)", TEXT, "the text and then so many blanks", Checks.TEXT_AND_INTEGER, NullRule.NULL,
                args -> text(args, 0) + " ".repeat(Values.size(args[1], LONGEST_PAD, "rpad")));
        to.pure("ltrim(text)", TEXT, "without the blanks before", Checks.ONE_TEXT, NullRule.NULL, args -> trimmed(text(args, 0), true, false));
        to.pure("rtrim(text)", TEXT, "without the blanks behind", Checks.ONE_TEXT, NullRule.NULL, args -> trimmed(text(args, 0), false, true));
        to.pure("trim(text)", TEXT, "without the blanks before and behind", Checks.ONE_TEXT, NullRule.NULL, args -> trimmed(text(args, 0), true, true));
        to.pure("reverse(text)", TEXT, "the characters from the last to the first", Checks.ONE_TEXT, NullRule.NULL, args -> reversed(text(args, 0)));
        to.pure("substring(text, start[, end])", TEXT, "from the character at start to before the one at end, from 0", TextFunctions::checkSubstring, NullRule.NULL,
                TextFunctions::substring);
        to.pure("split_value(text, separator, index)", TEXT, "one of the parts between separators, from 0; a negative index counts from the last", TextFunctions::checkSplit,
                NullRule.NULL, TextFunctions::split);
        to.pure("format(number, places[, locale])", TEXT, "the number with so many places, as people of that locale write it",
                Checks.all(Checks.atLeast(2), Checks.literalInteger(1), Checks.literalText(2)), NullRule.NULL, NumberFormat::format);
        to.remembering("regexp_matches(text, pattern)", BOOLEAN, "whether the pattern is found in the text", Checks.TWO_TEXTS, NullRule.FALSE,
                () -> Regex.body(Regex::matches));
        to.remembering("regexp_replace(text, pattern, replacement)", TEXT, "all finds of the pattern replaced; $1 stands for the first group", Checks.THREE_TEXTS,
                NullRule.NULL, () -> Regex.body(Regex::replace));
        to.remembering("regexp_substr(text, pattern)", TEXT, "the first find of the pattern, or nothing", Checks.TWO_TEXTS, NullRule.NULL, () -> Regex.body(Regex::find));
    }

    private static String text(@Nullable Object[] args, int index) {
        return Printed.of(args[index]);
    }

    private static @Nullable String checkConcat(List<Argument> args) {
        for (var i = 0; i < args.size(); i++) {
            if (args.get(i).is(Shape.INTEGER, Shape.FLOAT, Shape.TIME, Shape.BOOLEAN)) {
                return Checks.wrongType(i, "string");
            }
        }
        return args.isEmpty() ? "The arguments should be at least one." : null;
    }

    private static Object concat(@Nullable Object[] args) {
        var out = new StringBuilder();
        for (var arg : args) {
            out.append(Printed.of(arg));
        }
        return out.toString();
    }

    private static Object indexOf(@Nullable Object[] args) {
        if (args[0] == null || args[1] == null) {
            return -1L;
        }
        var text = text(args, 0);
        var at = text.indexOf(text(args, 1));
        return at < 0 ? -1L : (long) text.codePointCount(0, at);
    }

    private static Object length(@Nullable Object value) {
        return switch (value) {
            case null -> 0L;
            case Collection<?> list -> (long) list.size();
            case Map<?, ?> object -> (long) object.size();
            case byte[] bytes -> (long) bytes.length;
            default -> {
                var text = Printed.of(value);
                yield (long) text.codePointCount(0, text.length());
            }
        };
    }

    private interface Letter {
        int map(int letter);
    }

    /** Letter by letter, so that the length stays. */
    private static String mapped(String text, Letter letter) {
        return text.codePoints().map(letter::map).collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    private static String trimmed(String text, boolean before, boolean behind) {
        var start = 0;
        var end = text.length();
        while (before && start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (behind && end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c >= '\t' && c <= '\r' || c == 0x85 || Character.isSpaceChar(c);
    }

    private static String reversed(String text) {
        var letters = text.codePoints().toArray();
        var out = new StringBuilder(text.length());
        for (var i = letters.length - 1; i >= 0; i--) {
            out.appendCodePoint(letters[i]);
        }
        return out.toString();
    }

    private static @Nullable String checkSubstring(List<Argument> args) {
        if (args.size() != 2 && args.size() != 3) {
            return "the arguments for substring should be 2 or 3";
        }
        var problem = Checks.all(Checks.text(0), Checks.integer(1), Checks.integer(2)).problem(args);
        if (problem != null || !(args.get(1).value() instanceof Long start) || !args.get(1).is(Shape.INTEGER)) {
            return problem;
        }
        if (start < 0) {
            return "The start index should not be a nagtive integer.";
        }
        return args.size() == 3 && args.get(2).is(Shape.INTEGER) && args.get(2).value() instanceof Long end && end < start
                ? "The end index should be larger than start index." : null;
    }

    private static Object substring(@Nullable Object[] args) {
        var text = text(args, 0);
        var start = Values.wholeNumber(args[1]);
        if (start < 0) {
            throw new FunctionException("start index must be a positive number");
        }
        var length = text.codePointCount(0, text.length());
        long end = length;
        if (args.length > 2) {
            end = Values.wholeNumber(args[2]);
            if (end < 0) {
                throw new FunctionException("end index must be a positive number");
            }
            if (start > end) {
                throw new FunctionException("start index must be smaller than end index");
            }
        }
        if (start > length) {
            return "";
        }
        return text.substring(text.offsetByCodePoints(0, (int) start), text.offsetByCodePoints(0, (int) Math.min(end, length)));
    }

    private static @Nullable String checkSplit(List<Argument> args) {
        if (args.size() != 3) {
            return "the arguments for split_value should be 3";
        }
        var problem = Checks.all(Checks.text(0), Checks.text(1), Checks.integer(2)).problem(args);
        return problem == null && args.get(2).is(Shape.INTEGER) && args.get(2).value() instanceof Long index && index < 0
                ? "The index should not be a nagtive integer." : problem;
    }

    private static Object split(@Nullable Object[] args) {
        var text = text(args, 0);
        var separator = text(args, 1);
        var parts = separator.isEmpty()
                ? text.codePoints().mapToObj(Character::toString).toList()
                : List.of(text.split(java.util.regex.Pattern.quote(separator), -1));
        // What is no whole number counts as 0.
        var index = args[2] instanceof Long || args[2] instanceof Double v && v == Math.rint(v) && Math.abs(v) < 0x1p63 ? Values.wholeNumber(args[2]) : 0;
        var place = index < 0 ? parts.size() + index : index;
        if (place < 0 || place >= parts.size()) {
            throw new FunctionException(index + " out of index array (size = " + parts.size() + ")");
        }
        return parts.get((int) place);
    }
}
