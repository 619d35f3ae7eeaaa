package dev.skerry.streams.functions;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Regular expressions that take linear time whatever a user writes, with Go's syntax. */
final class Regex {

    private Regex() {}

    /** What is done with a compiled pattern. */
    interface Use {
        Object apply(Pattern pattern, @Nullable Object[] args);
    }

    /** A body that keeps the last pattern compiled: it hardly ever changes. */
    static Catalogue.Body body(Use use) {
        return new Catalogue.Body() {
            private @Nullable Pattern compiled;

            @Override
            public Object apply(@Nullable Object[] args, Call call) {
                var wanted = Printed.of(args[1]);
                var pattern = compiled;
                if (pattern == null || !pattern.pattern().equals(wanted)) {
                    pattern = compile(wanted);
                    compiled = pattern;
                }
                return use.apply(pattern, args);
            }
        };
    }

    private static Pattern compile(String pattern) {
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new FunctionException(String.valueOf(e.getMessage()));
        }
    }

    static Object matches(Pattern pattern, @Nullable Object[] args) {
        return pattern.matcher(Printed.of(args[0])).find();
    }

    static Object find(Pattern pattern, @Nullable Object[] args) {
        var matcher = pattern.matcher(Printed.of(args[0]));
        return matcher.find() ? matcher.group() : "";
    }

    static Object replace(Pattern pattern, @Nullable Object[] args) {
        var text = Printed.of(args[0]);
        var replacement = Printed.of(args[2]);
        var matcher = pattern.matcher(text);
        var out = new StringBuilder();
        var end = 0;
        while (matcher.find()) {
            out.append(text, end, matcher.start());
            expand(replacement, pattern, matcher, out);
            end = matcher.end();
        }
        return out.append(text, end, text.length()).toString();
    }

    /** {@code $name}, {@code ${name}} and {@code $1} stand for groups, {@code $$} for a dollar; the longest name counts. */
    private static void expand(String replacement, Pattern pattern, Matcher matcher, StringBuilder out) {
        var i = 0;
        while (i < replacement.length()) {
            var c = replacement.charAt(i);
            if (c != '$' || i + 1 == replacement.length()) {
                out.append(c);
                i++;
            } else if (replacement.charAt(i + 1) == '$') {
                out.append('$');
                i += 2;
            } else {
                var braced = replacement.charAt(i + 1) == '{';
                var start = braced ? i + 2 : i + 1;
                var end = start;
                while (end < replacement.length() && isWord(replacement.charAt(end))) {
                    end++;
                }
                if (end == start || braced && (end == replacement.length() || replacement.charAt(end) != '}')) {
                    out.append('$');
                    i++;
                } else {
                    out.append(group(replacement.substring(start, end), pattern, matcher));
                    i = braced ? end + 1 : end;
                }
            }
        }
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private static String group(String name, Pattern pattern, Matcher matcher) {
        String found = null;
        if (name.chars().allMatch(Character::isDigit)) {
            var number = name.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(name);
            found = number <= matcher.groupCount() ? matcher.group(number) : null;
        } else if (pattern.namedGroups().containsKey(name)) {
            found = matcher.group(name);
        }
        return found == null ? "" : found;
    }
}
