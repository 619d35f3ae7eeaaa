package dev.skerry.streams.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.streams.functions.FunctionTable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** What must hold of windows whatever rows come. */
class WindowPropertyTest {

    private static final long START = 1_700_000_000_000L;
    private static final ZoneId UTC = ZoneId.of("UTC");

    /** A row that is {@code gap} milliseconds behind the one before. */
    record Told(long gap, String key, @Nullable Object value) {}

    @Provide
    Arbitrary<List<Told>> rows() {
        var values = Arbitraries.oneOf(Arbitraries.longs().between(-5, 5).map(v -> (Object) v), Arbitraries.doubles().between(-1, 1).map(v -> (Object) v))
                .injectNull(0.1);
        return Combinators.combine(Arbitraries.longs().between(0, 900), Arbitraries.of("a", "b", "c"), values).as(Told::new).list().ofMaxSize(60);
    }

    @Provide
    Arbitrary<String> queries() {
        return Arbitraries.of(
                "SELECT k, count(*) AS n, sum(v) AS s, min(v) AS lo, max(v) AS hi, window_end() AS e FROM demo GROUP BY k, TUMBLINGWINDOW(ss, 1)",
                "SELECT count(v) AS n, avg(v) AS a, collect(v) AS c, window_start() AS b FROM demo GROUP BY TUMBLINGWINDOW(ms, 700)",
                "SELECT k, last_value(v, true) AS l, stddev(v) AS d FROM demo GROUP BY HOPPINGWINDOW(ss, 2, 1), k HAVING count(*) > 1",
                "SELECT k, sum(v) AS s FROM demo GROUP BY k, COUNTWINDOW(4) FILTER (WHERE v > 0)",
                "SELECT k, sum(v) AS s, count(*) AS n FROM demo WHERE v > 0 GROUP BY k, TUMBLINGWINDOW(ss, 2)",
                "SELECT k, median(v) AS m, window_start AS b FROM TABLE(TUMBLE(TABLE demo, DESCRIPTOR(t), INTERVAL '1' SECOND)) GROUP BY k, window_start",
                "SELECT k, max(v) AS m, window_end AS e FROM HOP(demo, DESCRIPTOR(t), INTERVAL '500' MILLISECOND, INTERVAL '2' SECOND) GROUP BY k, window_end");
    }

    private static final class Run {
        final Query query;
        final List<List<Map<String, @Nullable Object>>> sent = new ArrayList<>();
        final long[] clock = {START};
        QueryRun run;

        Run(String sql, RuleOptions options) {
            var catalogue = new Catalogue(FunctionTable.standard());
            catalogue.execute("CREATE STREAM demo () WITH (TIMESTAMP=\"t\")");
            query = Query.of(sql, catalogue, options);
            run = start();
        }

        private QueryRun start() {
            return query.start(Surroundings.of("r", () -> Instant.ofEpochMilli(clock[0]), UTC), START, sent::add);
        }

        void row(Told told, long time, long at) {
            clock[0] = at;
            var row = new LinkedHashMap<String, @Nullable Object>();
            row.put("k", told.key());
            if (told.value() != null) {
                row.put("v", told.value());
            }
            row.put("t", time);
            run.row("demo", row, Map.of(), at);
        }

        /** Loses the process and goes on from the checkpoint. */
        void crash() throws IOException {
            var bytes = run.saveBytes();
            run = start();
            assertThat(run.restoreBytes(bytes)).isTrue();
        }
    }

    private static final RuleOptions OPTIONS = RuleOptions.DEFAULT.in(UTC);

    private static void feed(Run run, List<Told> rows) {
        long at = START;
        for (var told : rows) {
            at += told.gap();
            run.row(told, at, at);
        }
        run.run.advance(at + 10_000);
    }

    @Property
    void aggregatingAsRowsComeGivesWhatKeepingThemGives(@ForAll("queries") String sql, @ForAll("rows") List<Told> rows, @ForAll boolean eventTime) {
        var options = eventTime ? OPTIONS.inEventTime(Duration.ofMillis(300)) : OPTIONS;
        var naive = new Run(sql, options.withIncremental(false));
        var incremental = new Run(sql, options);
        assertThat(incremental.query.explain()).contains("aggregated as rows come");
        feed(naive, rows);
        feed(incremental, rows);
        assertThat(incremental.sent).usingRecursiveComparison().withComparatorForType(WindowPropertyTest::nearly, Double.class).isEqualTo(naive.sent);
    }

    private static int nearly(Double a, Double b) {
        return Math.abs(a - b) < 1e-9 ? 0 : a.compareTo(b);
    }

    @Property
    void aCrashAtAnyPointChangesNothing(@ForAll("everyQuery") String sql, @ForAll("rows") List<Told> rows, @ForAll boolean eventTime, @ForAll long seed)
            throws IOException {
        var options = eventTime ? OPTIONS.inEventTime(Duration.ofMillis(300)) : OPTIONS;
        var steady = new Run(sql, options);
        var shaken = new Run(sql, options);
        var random = new Random(seed);
        long at = START;
        for (var told : rows) {
            at += told.gap();
            steady.row(told, at, at);
            shaken.row(told, at, at);
            if (random.nextInt(4) == 0) {
                shaken.crash();
            }
        }
        steady.run.advance(at + 10_000);
        shaken.run.advance(at + 10_000);
        assertThat(shaken.sent).isEqualTo(steady.sent);
    }

    @Provide
    Arbitrary<String> everyQuery() {
        return Arbitraries.oneOf(queries(), Arbitraries.of(
                "SELECT k, lag(v) OVER (PARTITION BY k) AS was, acc_sum(v) AS s FROM demo WHERE had_changed(true, v)",
                "SELECT changed_cols(\"c_\", true, k, v), last_hit_count() AS n FROM demo",
                "SELECT count(*) AS n, collect(v) AS c FROM demo GROUP BY SLIDINGWINDOW(ss, 1)",
                "SELECT count(*) AS n FROM demo GROUP BY SLIDINGWINDOW(ss, 1, 1) OVER (WHEN v > 0)",
                "SELECT count(*) AS n, window_start() AS b FROM demo GROUP BY SESSIONWINDOW(ss, 3, 1)",
                "SELECT collect(v) AS c FROM demo GROUP BY STATEWINDOW(v > 0, v < 0) OVER (PARTITION BY k)",
                "SELECT k, count(*) AS n FROM SESSION(demo PARTITION BY k, DESCRIPTOR(t), INTERVAL '1' SECOND) GROUP BY k, window_start, window_end",
                "SELECT collect(*)[-1]->k AS c FROM demo GROUP BY COUNTWINDOW(3, 1)"));
    }

    @Property
    void disorderWithinTheToleranceGivesTheSameRows(@ForAll("queries") String sql, @ForAll("rows") List<Told> rows, @ForAll long seed) {
        // Times differ: which of two rows of one instant comes first is not said.
        var ordered = new ArrayList<Map.Entry<Long, Told>>();
        long at = START;
        for (var told : rows) {
            at += told.gap() + 1;
            ordered.add(Map.entry(at, told));
        }
        var random = new Random(seed);
        var delays = new LinkedHashMap<Map.Entry<Long, Told>, Long>();
        ordered.forEach(e -> delays.put(e, e.getKey() + random.nextInt(2_000)));
        var mixed = new ArrayList<>(ordered);
        mixed.sort(Comparator.comparing(e -> delays.getOrDefault(e, 0L)));
        var options = OPTIONS.inEventTime(Duration.ofSeconds(2));
        var straight = new Run(sql, options);
        var disordered = new Run(sql, options);
        long end = at + 20_000;
        ordered.forEach(e -> straight.row(e.getValue(), e.getKey(), START));
        mixed.forEach(e -> disordered.row(e.getValue(), e.getKey(), START));
        straight.row(new Told(0, "end", 1L), end, START);
        disordered.row(new Told(0, "end", 1L), end, START);
        assertThat(disordered.run.counts().late()).isZero();
        assertThat(disordered.sent).isEqualTo(straight.sent);
    }
}
