package dev.skerry.streams.functions;

/** Turns a pattern of letters, as in {@code yyyy-MM-dd HH:mm:ssSSS}, into a layout. */
final class PatternLetters {

    private PatternLetters() {}

    static String layout(String pattern) {
        var out = new StringBuilder();
        var i = 0;
        while (i < pattern.length()) {
            var c = pattern.charAt(i);
            if (c == '\\') {
                if (i + 1 >= pattern.length()) {
                    throw new FunctionException(pattern + " is invalid");
                }
                out.append(pattern.charAt(i + 1));
                i += 2;
            } else if (c == '\'') {
                i = quoted(pattern, i, out);
            } else {
                var most = switch (c) {
                    case 'Y', 'y' -> 5;
                    case 'M', 'E' -> 4;
                    case 'X' -> 3;
                    case 'd', 'H', 'h', 'm', 's' -> 2;
                    case 'S' -> Integer.MAX_VALUE;
                    default -> 1;
                };
                var length = 1;
                while (length < most && i + length < pattern.length() && pattern.charAt(i + length) == c) {
                    length++;
                }
                out.append(field(c, length, pattern, out));
                i += length;
            }
        }
        return out.toString();
    }

    private static String field(char letter, int length, String pattern, StringBuilder before) {
        return switch (letter) {
            case 'Y', 'y' -> switch (length) {
                case 4 -> "2006";
                case 2 -> "06";
                default -> throw new FunctionException("invalid time format " + pattern + " for Y/y");
            };
            case 'G' -> "AD";
            case 'M' -> switch (length) {
                case 1 -> "1";
                case 2 -> "01";
                case 3 -> "Jan";
                default -> "January";
            };
            case 'd' -> length == 1 ? "2" : "02";
            case 'E' -> switch (length) {
                case 3 -> "Mon";
                case 4 -> "Monday";
                default -> throw new FunctionException("invalid time format " + pattern + " for E");
            };
            case 'H' -> {
                if (length != 2) {
                    throw new FunctionException("invalid time format " + pattern + " of H, only HH is supported");
                }
                yield "15";
            }
            case 'h' -> length == 1 ? "3" : "03";
            case 'a' -> "PM";
            case 'm' -> length == 1 ? "4" : "04";
            case 's' -> length == 1 ? "5" : "05";
            // The fraction brings its point along; who writes one too does not mean two.
            case 'S' -> (before.length() > 0 && before.charAt(before.length() - 1) == '.' ? "" : ".") + "0".repeat(length);
            case 'z' -> "MST";
            case 'Z' -> "-0700";
            case 'X' -> switch (length) {
                case 1 -> "-07";
                case 2 -> "-0700";
                default -> "-07:00";
            };
            default -> String.valueOf(letter);
        };
    }

    /** Text between quotes stands for itself, two quotes for one. */
    private static int quoted(String pattern, int at, StringBuilder out) {
        if (at + 1 < pattern.length() && pattern.charAt(at + 1) == '\'') {
            out.append('\'');
            return at + 2;
        }
        var end = pattern.indexOf('\'', at + 1);
        out.append(pattern, at + 1, end < 0 ? pattern.length() : end);
        return end < 0 ? pattern.length() : end + 1;
    }
}
