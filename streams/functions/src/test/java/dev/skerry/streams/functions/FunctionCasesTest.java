package dev.skerry.streams.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each function on usual values, null, a wrong type, nothing, and the ends of the ranges: one line a call, with its result or its sentence. */
class FunctionCasesTest {

    @ParameterizedTest
    @CsvSource({"functions.txt, false", "as-ekuiper.txt, true"})
    void answersAsWritten(String file, boolean asEkuiper) throws IOException {
        var table = asEkuiper ? FunctionTable.ekuiper() : FunctionTable.standard();
        var written = new ArrayList<String>();
        var answered = new ArrayList<String>();
        for (var line : lines(file)) {
            written.add(line);
            answered.add(answered(table, line));
        }
        assertThat(answered).containsExactlyElementsOf(written);
    }

    // A function without cases would make a user find out.
    @Test
    void everyFunctionIsCalledWithNullAmongOthers() throws IOException {
        var missing = new TreeSet<String>();
        var all = lines("functions.txt");
        for (var function : FunctionTable.standard().all()) {
            var own = all.stream().filter(line -> line.startsWith(function.name() + "(")).toList();
            var takesArguments = !function.signature().arguments().isEmpty();
            if (own.isEmpty() || takesArguments && own.stream().noneMatch(line -> line.contains("null"))) {
                missing.add(function.name());
            }
        }
        assertThat(missing).isEmpty();
    }

    private static List<String> lines(String file) throws IOException {
        try (var stream = FunctionCasesTest.class.getResourceAsStream(file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
        }
    }

    /** A line is {@code name(rows) = results}, {@code name(rows) ! problem}, or the same after {@code check} for the written arguments. */
    private static String answered(FunctionTable table, String line) {
        var checks = line.startsWith("check ");
        var call = checks ? line.substring(6) : line;
        var open = call.indexOf('(');
        var close = Math.max(call.lastIndexOf(") = "), call.indexOf(") ! "));
        var function = table.find(call.substring(0, open));
        var rows = CaseText.rows(call.substring(open + 1, close));
        var answer = checks ? FunctionTrial.check(function, rows.getFirst()) : FunctionTrial.run(function, rows);
        return line.substring(0, line.length() - call.length() + close + 2) + answer;
    }
}
