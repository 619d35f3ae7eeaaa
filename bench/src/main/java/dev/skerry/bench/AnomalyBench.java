package dev.skerry.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.sql.Catalogue;
import dev.skerry.streams.sql.Query;
import dev.skerry.streams.sql.RuleOptions;
import dev.skerry.streams.sql.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The anomaly function on the series of the Numenta Anomaly Benchmark, beside a plain threshold (distance from the mean of the series'
 * beginning, in deviations). The one number that each has to be told is tuned on every second series and counted on the others.
 * Alarms closer than a day are one. An alarm inside a labelled window is right; a window without an alarm was missed.
 */
final class AnomalyBench implements Bench {

    private static final String RULE = "SELECT value, anomaly_score(value) AS score FROM series";
    private static final double PROBATION = 0.15;
    private static final long ONE_ALARM_MILLIS = 86_400_000;
    private static final double MINUTE = 60_000;

    /** A row of a series with what each way says of it. */
    private record Point(long at, double score, double distance) {}

    private record Window(long from, long to) {}

    private record Series(String name, List<Point> points, List<Window> windows) {}

    /** What alarms were worth. */
    private record Worth(int right, int wrong, int found, int windows, double delayMinutes) {
        double precision() {
            return right + wrong == 0 ? 0 : (double) right / (right + wrong);
        }

        double recall() {
            return windows == 0 ? 0 : (double) found / windows;
        }

        double both() {
            double sum = precision() + recall();
            return sum == 0 ? 0 : 2 * precision() * recall() / sum;
        }

        Worth plus(Worth other) {
            return new Worth(right + other.right, wrong + other.wrong, found + other.found, windows + other.windows, delayMinutes + other.delayMinutes);
        }
    }

    @Override
    public String name() {
        return "anomalies";
    }

    @Override
    public String about() {
        return "the anomaly function beside a plain threshold on NAB's series (SKERRY_NAB, or shared/data/nab beside the project)";
    }

    @Override
    public List<Part> parts(Path folder, Map<String, Long> options) {
        return List.of(new Part("NAB's series", this::measure));
    }

    private static Optional<Path> data() {
        var named = System.getenv("SKERRY_NAB");
        var root = Path.of(Optional.ofNullable(System.getenv("SKERRY_ROOT")).orElse("."));
        return java.util.stream.Stream.of(named == null ? root.resolve("data/nab") : Path.of(named), root.resolve("../shared/data/nab"), root.resolve("../../shared/data/nab"))
                .filter(p -> Files.exists(p.resolve("combined_windows.json"))).findFirst();
    }

    private void measure(Figures figures) throws IOException {
        var data = data();
        if (data.isEmpty()) {
            Progress.say("  skipped: no series here (expected: a folder with NAB's files and combined_windows.json, named by SKERRY_NAB)");
            return;
        }
        var labels = new ObjectMapper().readTree(data.get().resolve("combined_windows.json").toFile());
        var all = new ArrayList<Series>();
        try (var files = Files.newDirectoryStream(data.get(), "*.csv")) {
            for (var file : files) {
                all.add(read(file, labels));
            }
        }
        all.sort(java.util.Comparator.comparing(Series::name));
        var tuned = new ArrayList<Series>();
        var counted = new ArrayList<Series>();
        for (int i = 0; i < all.size(); i++) {
            (i % 2 == 0 ? tuned : counted).add(all.get(i));
        }
        tell("anomalyScore", Point::score, tuned, counted, figures);
        tell("plainThreshold", Point::distance, tuned, counted, figures);
    }

    private static void tell(String name, ToDoubleFunction<Point> by, List<Series> tuned, List<Series> counted, Figures figures) {
        double best = 0;
        double limit = 1;
        for (double tried = 1; tried < 8; tried += 0.05) {
            double worth = worth(tuned, by, tried).both();
            if (worth > best) {
                best = worth;
                limit = tried;
            }
        }
        for (var one : counted) {
            var w = worth(List.of(one), by, limit);
            Progress.say("  " + name + " on " + one.name() + ": " + w.right() + " alarms right, " + w.wrong() + " wrong, " + w.found() + " of " + w.windows() + " windows found");
        }
        var worth = worth(counted, by, limit);
        figures.add(name + "Limit", limit, "");
        figures.add(name + "Precision", worth.precision(), "");
        figures.add(name + "Recall", worth.recall(), "");
        figures.add(name + "DelayMinutes", worth.found() == 0 ? 0 : worth.delayMinutes() / worth.found(), "min");
    }

    private static Worth worth(List<Series> all, ToDoubleFunction<Point> by, double limit) {
        return all.stream().map(s -> worth(s, by, limit)).reduce(new Worth(0, 0, 0, 0, 0), Worth::plus);
    }

    private static Worth worth(Series series, ToDoubleFunction<Point> by, double limit) {
        int learning = (int) (series.points.size() * PROBATION);
        int right = 0;
        int wrong = 0;
        double delay = 0;
        var found = new boolean[series.windows.size()];
        long last = Long.MIN_VALUE;
        for (var point : series.points.subList(learning, series.points.size())) {
            if (by.applyAsDouble(point) <= limit) {
                continue;
            }
            boolean fresh = last == Long.MIN_VALUE || point.at - last > ONE_ALARM_MILLIS;
            last = point.at;
            int in = -1;
            for (int i = 0; i < found.length && in < 0; i++) {
                in = point.at >= series.windows.get(i).from && point.at <= series.windows.get(i).to ? i : -1;
            }
            if (in >= 0 && !found[in]) {
                found[in] = true;
                delay += (point.at - series.windows.get(in).from) / MINUTE;
                right++;
            } else if (fresh && in < 0) {
                wrong++;
            }
        }
        int count = 0;
        for (var one : found) {
            count += one ? 1 : 0;
        }
        return new Worth(right, wrong, count, found.length, delay);
    }

    private static Series read(Path file, JsonNode labels) throws IOException {
        var catalogue = new Catalogue(FunctionTable.standard());
        catalogue.define("series", Map.of("value", "FLOAT"));
        double[] score = {0};
        var run = Query.of(RULE, catalogue, RuleOptions.DEFAULT.withErrors(false)).start(Surroundings.of("nab", InstantSource.system(), ZoneId.of("UTC")), 0,
                rows -> score[0] = rows.getFirst().get("score") instanceof Number n ? n.doubleValue() : 0);
        var lines = Files.readAllLines(file);
        int learning = (int) ((lines.size() - 1) * PROBATION);
        var points = new ArrayList<Point>();
        double sum = 0;
        double squares = 0;
        for (int i = 1; i < lines.size(); i++) {
            var parts = lines.get(i).split(",");
            double value = Double.parseDouble(parts[1]);
            if (i <= learning) {
                sum += value;
                squares += value * value;
            }
            double mean = sum / Math.min(i, learning);
            double deviation = Math.sqrt(Math.max(1e-12, squares / Math.min(i, learning) - mean * mean));
            run.row("series", Map.of("value", value), Map.of(), i);
            points.add(new Point(millis(parts[0]), score[0], Math.abs(value - mean) / deviation));
        }
        var name = file.getFileName().toString();
        var windows = new ArrayList<Window>();
        labels.properties().stream().filter(e -> e.getKey().endsWith("/" + name)).forEach(e -> e.getValue().forEach(w ->
                windows.add(new Window(millis(w.get(0).asText()), millis(w.get(1).asText())))));
        return new Series(name, points, windows);
    }

    private static long millis(String text) {
        return LocalDateTime.parse(text.substring(0, 19).replace(' ', 'T')).toInstant(ZoneOffset.UTC).toEpochMilli();
    }
}
