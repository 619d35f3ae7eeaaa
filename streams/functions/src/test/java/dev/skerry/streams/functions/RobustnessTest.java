package dev.skerry.streams.functions;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever a message holds, a function gives a value or says what does not fit: anything else would end the rule. */
class RobustnessTest {

    private static final Object[] VALUES = {
        null, 0L, 1L, -1L, 7L, 300L, Long.MAX_VALUE, Long.MIN_VALUE, 0.0, -0.0, 0.5, -2.5, 1e21, 1e308, Double.NaN, Double.POSITIVE_INFINITY, "", "a", "Ä𝄞", " ", "12",
        "0x1f", "-", "+", "$", "$.a[", "$..", "[?(@.a>1)]", "(", "\\", "'", "yyyy-MM-dd'", "1h", "-", "2026-11-25", "psi", "bar", "base64", "zlib", "bigint", "UTC", "en_US", "abs",
        "{\"a\":[1", "null", true, false, List.of(), List.of(1L, 2L), Arrays.asList(null, "x", 2.5), List.of(List.of(1L), List.of("k", 2L)), List.of(Map.of("key", "a", "value", 1L)),
        List.of(List.of(0L, 0L), List.of(0L, 2L), List.of(2L, 2L)), Map.of(), Map.of("a", 1L), Map.of("lat", 1L, "lon", 2L, "metres", 3L), new byte[0], new byte[] {1, -1},
        Duration.ofSeconds(90), Instant.EPOCH, ZonedDateTime.parse("2026-11-25T12:00:00+01:00[Europe/Berlin]")
    };

    @Property(tries = 300)
    void noFunctionBreaks(@ForAll long seed) {
        var random = new Random(seed);
        for (var table : List.of(FunctionTable.standard(), FunctionTable.ekuiper())) {
            for (var function : table.all()) {
                var rows = new ArrayList<Object[]>();
                var length = arguments(function, random);
                for (var i = 0; i < 3; i++) {
                    var row = new Object[length];
                    Arrays.setAll(row, j -> VALUES[random.nextInt(VALUES.length)]);
                    rows.add(row);
                }
                assertThatCode(() -> FunctionTrial.run(function, rows)).as(() -> function.name() + " of " + CaseText.of(rows.stream().map(Arrays::asList).toList()))
                        .doesNotThrowAnyException();
            }
        }
    }

    /** A number of arguments that the check lets pass, which is what a statement can have. */
    private static int arguments(Function function, Random random) {
        var fitting = new ArrayList<Integer>();
        for (var length = 0; length <= 6; length++) {
            var any = new ArrayList<Argument>();
            for (var i = 0; i < length; i++) {
                any.add(Argument.ANY);
            }
            for (var shape : Argument.Shape.values()) {
                var literal = new ArrayList<>(any);
                literal.replaceAll(argument -> new Argument(shape, shape == Argument.Shape.STRING ? "base64" : null));
                if (function.check(literal).isEmpty() || countFits(function, literal)) {
                    fitting.add(length);
                    break;
                }
            }
        }
        var length = fitting.isEmpty() ? 1 : fitting.get(random.nextInt(fitting.size()));
        // The row stands before what is written.
        return function.name().equals("deduplicate") ? length + 1 : length;
    }

    private static boolean countFits(Function function, List<Argument> arguments) {
        return function.check(arguments).filter(problem -> problem.contains("type for parameter") || problem.startsWith("Only base64") || problem.startsWith("unit:")).isPresent();
    }
}
