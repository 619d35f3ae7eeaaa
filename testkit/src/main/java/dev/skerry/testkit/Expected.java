package dev.skerry.testkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Lines with words that stand for something: {@code <age>} (as {@code 3m2s} or {@code <unknown>}), {@code <uid>}, {@code <time>}, {@code <n>} (a number),
 * {@code <ip>}, {@code <hash>} and {@code <rand>} (of generated names), {@code <any>} (the rest of a line); a line {@code <...>} stands for any lines.
 */
final class Expected {

    private static final String MORE = "<...>";
    private static final Map<String, String> WORDS = Map.of(
            "<age>", "(?:[0-9]+[smhdy](?:[0-9]+[smhd])?|<unknown>)",
            "<uid>", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "<time>", "(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4})",
            "<n>", "-?[0-9]+",
            "<ip>", "[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+",
            "<hash>", "[0-9a-z]{6,10}",
            "<rand>", "[0-9a-z]{5}",
            "<any>", ".*");
    private static final Pattern WORD = Pattern.compile("<(?:age|uid|time|n|ip|hash|rand|any)>");
    private static final Pattern GAP = Pattern.compile("(?<=\\S)[ \\t]+");

    private Expected() {}

    static boolean matches(List<String> expected, List<String> actual) {
        if (expected.isEmpty()) {
            return actual.isEmpty();
        }
        var first = expected.getFirst();
        var rest = expected.subList(1, expected.size());
        if (first.equals(MORE)) {
            for (int skipped = 0; skipped <= actual.size(); skipped++) {
                if (matches(rest, actual.subList(skipped, actual.size()))) {
                    return true;
                }
            }
            return false;
        }
        return !actual.isEmpty() && lineMatches(first, actual.getFirst()) && matches(rest, actual.subList(1, actual.size()));
    }

    private static boolean lineMatches(String expected, String actual) {
        var pattern = new StringBuilder();
        var plain = narrow(expected);
        var words = WORD.matcher(plain);
        int end = 0;
        while (words.find()) {
            pattern.append(Pattern.quote(plain.substring(end, words.start()))).append(WORDS.get(words.group()));
            end = words.end();
        }
        pattern.append(Pattern.quote(plain.substring(end)));
        return Pattern.matches(pattern.toString(), narrow(actual));
    }

    /** Tables are as wide as their widest cell, which may be a random one. */
    private static String narrow(String line) {
        return GAP.matcher(line.stripTrailing()).replaceAll(" ");
    }

    /** A first guess at what differs from run to run. */
    static List<String> generalized(List<String> lines) {
        var guesses = new LinkedHashMap<String, String>();
        guesses.put(WORDS.get("<uid>"), "<uid>");
        guesses.put(WORDS.get("<time>"), "<time>");
        guesses.put("(?<=-)(?=[0-9a-f]*[0-9])[0-9a-f]{8,10}-[0-9a-z]{5}\\b", "<hash>-<rand>");
        guesses.put("\\b(?:10|127)\\.[0-9]+\\.[0-9]+\\.[0-9]+\\b", "<ip>");
        guesses.put("(?<=resourceVersion: \")[0-9]+(?=\")|(?<=\"resourceVersion\": \")[0-9]+(?=\")", "<n>");
        guesses.put("(?<=\\s)[0-9]+[smh](?:[0-9]+s)?(?=\\s|$)", "<age>");
        return lines.stream().map(line -> {
            var general = line;
            for (var guess : guesses.entrySet()) {
                general = general.replaceAll(guess.getKey(), guess.getValue());
            }
            return general.stripTrailing();
        }).toList();
    }
}
