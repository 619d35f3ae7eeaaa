package dev.skerry.streams.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Signals of which we know what is in them. */
class SignalTest {

    @Test
    void findsTheFrequencyOfATurningShaft() {
        // 49.3 Hz of 3 mm/s, a smaller harmonic, and a constant, sampled at 1 kHz for less than two powers of two.
        var samples = IntStream.range(0, 1500).mapToObj(i -> (Object) (5 + 3 * Math.sin(2 * Math.PI * 49.3 * i / 1000) + Math.sin(2 * Math.PI * 98.6 * i / 1000))).toList();
        assertThat((Double) call("dominant_frequency", samples, 1000L)).isCloseTo(49.3, within(0.2));
        assertThat((Double) call("band_rms", samples, 1000L, 40L, 60L)).isCloseTo(3 / Math.sqrt(2), within(0.02));
        assertThat((Double) call("band_rms", samples, 1000L, 90L, 110L)).isCloseTo(1 / Math.sqrt(2), within(0.02));
        assertThat(((List<?>) call("fft", samples)).stream().mapToDouble(v -> (Double) v).max().orElseThrow()).isCloseTo(3, within(0.1));
    }

    @Test
    void forecastsASeasonWithATrend() {
        var state = ((Analytic) FunctionTable.standard().find("forecast")).create();
        Object expected = null;
        for (var i = 0; i < 24 * 20; i++) {
            expected = state.apply(new Object[] {daily(i), 1L, 24L}, true, new TrialCall());
        }
        assertThat((Double) expected).isCloseTo(daily(24 * 20), within(1.0));
    }

    private static double daily(int hour) {
        return 20 + 0.02 * hour + 5 * Math.sin(2 * Math.PI * hour / 24);
    }

    @Test
    void aKnockStandsOutAndTheRoutineDoesNot() {
        var random = new Random(1);
        var values = new ArrayList<Double>();
        for (var i = 0; i < 3000; i++) {
            values.add(Math.sin(i / 10.0) + random.nextGaussian() * 0.05 + (i == 2500 ? 4 : 0));
        }
        var grades = grades(values);
        assertThat(grades.subList(2500, 2503)).anyMatch(grade -> grade > 0);
        assertThat(grades.subList(500, 2500).stream().filter(grade -> grade > 0).count()).isLessThan(20);
    }

    @Test
    void theForestGoesOnAfterARestart() {
        var random = new Random(2);
        var steady = ((Analytic) FunctionTable.standard().find("anomaly_grade")).create();
        for (var i = 0; i < 400; i++) {
            steady.apply(new Object[] {random.nextGaussian(), random.nextGaussian()}, true, new TrialCall());
        }
        var started = ((Analytic) FunctionTable.standard().find("anomaly_grade")).create();
        started.restore(steady.save());
        for (var i = 0; i < 50; i++) {
            var row = new Object[] {random.nextGaussian() + (i == 40 ? 20 : 0), random.nextGaussian()};
            var expected = (Double) steady.apply(row, true, new TrialCall());
            assertThat((Double) started.apply(row, true, new TrialCall())).isCloseTo(expected, within(0.3));
        }
    }

    /** Prints precision, recall and delay beside a plain threshold, where the series of the Numenta benchmark lie beside the project. */
    @Test
    void findsLabelledAnomaliesOfRecordedSeries() throws IOException {
        var root = Path.of(System.getProperty("skerry.root", "../.."));
        var beside = root.resolve("../shared/data/nab");
        var folder = Files.exists(beside) ? beside : root.resolve("../../shared/data/nab");
        Assumptions.assumeTrue(Files.exists(folder.resolve("combined_windows.json")), "the recorded series are not here");
        var found = 0;
        for (var name : List.of("machine_temperature_system_failure", "ambient_temperature_system_failure", "nyc_taxi", "cpu_utilization_asg_misconfiguration",
                "speed_6005", "occupancy_6005", "TravelTime_387")) {
            var series = RecordedSeries.read(folder, name);
            var forest = series.judged(grades(series.values()));
            var threshold = series.judged(series.plainThreshold());
            System.out.printf("%-40s forest %s%n%-40s plain  %s%n", name, forest, "", threshold);
            found += forest.windowsFound();
        }
        assertThat(found).isGreaterThanOrEqualTo(11);
    }

    private static List<Double> grades(List<Double> values) {
        var state = ((Analytic) FunctionTable.standard().find("anomaly_grade")).create();
        return values.stream().map(value -> (Double) state.apply(new Object[] {value}, true, new TrialCall())).toList();
    }

    private static Object call(String name, Object... args) {
        return ((Scalar) FunctionTable.standard().find(name)).call(args, new TrialCall());
    }

    /** One series with the windows in which people saw something happen. */
    private record RecordedSeries(List<LocalDateTime> times, List<Double> values, List<List<LocalDateTime>> windows) {

        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss[.SSSSSS]");

        static RecordedSeries read(Path folder, String name) throws IOException {
            var times = new ArrayList<LocalDateTime>();
            var values = new ArrayList<Double>();
            for (var line : Files.readAllLines(folder.resolve(name + ".csv")).subList(1, Files.readAllLines(folder.resolve(name + ".csv")).size())) {
                times.add(LocalDateTime.parse(line.split(",")[0], TIME));
                values.add(Double.valueOf(line.split(",")[1]));
            }
            var windows = new ArrayList<List<LocalDateTime>>();
            ((java.util.Map<?, ?>) JsonText.parse(Files.readString(folder.resolve("combined_windows.json")))).forEach((key, list) -> {
                if (key.toString().endsWith("/" + name + ".csv")) {
                    ((List<?>) list).forEach(window -> windows.add(((List<?>) window).stream().map(time -> LocalDateTime.parse(time.toString(), TIME)).toList()));
                }
            });
            return new RecordedSeries(times, values, windows);
        }

        /** Beyond three deviations of the first 15 hundredths. */
        List<Double> plainThreshold() {
            var first = values.subList(0, values.size() * 15 / 100);
            var mean = first.stream().mapToDouble(v -> v).average().orElseThrow();
            var deviation = Math.sqrt(first.stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElseThrow());
            return values.stream().map(v -> Math.abs(v - mean) > 3 * deviation ? 1.0 : 0.0).toList();
        }

        /** An alarm begins where the grade rises; alarms within the first 15 hundredths do not count, as in the benchmark. */
        Judgement judged(List<Double> grades) {
            var hits = 0;
            var alarms = 0;
            var delays = new ArrayList<Double>();
            var seen = new boolean[windows.size()];
            var quietUntil = LocalDateTime.MIN;
            for (var i = values.size() * 15 / 100; i < values.size(); i++) {
                var time = times.get(i);
                if (grades.get(i) <= 0 || time.isBefore(quietUntil)) {
                    continue;
                }
                quietUntil = time.plusHours(6);
                alarms++;
                for (var w = 0; w < windows.size(); w++) {
                    if (!time.isBefore(windows.get(w).get(0)) && !time.isAfter(windows.get(w).get(1))) {
                        hits++;
                        if (!seen[w]) {
                            seen[w] = true;
                            var from = windows.get(w).get(0).toEpochSecond(ZoneOffset.UTC);
                            delays.add((time.toEpochSecond(ZoneOffset.UTC) - from) / (double) (windows.get(w).get(1).toEpochSecond(ZoneOffset.UTC) - from));
                        }
                    }
                }
            }
            return new Judgement(alarms, hits, delays.size(), windows.size(), delays.stream().mapToDouble(d -> d).average().orElse(Double.NaN));
        }
    }

    private record Judgement(int alarms, int alarmsInWindows, int windowsFound, int windows, double delay) {
        @Override
        public String toString() {
            return "precision %.2f (%d of %d alarms), recall %d of %d windows, delay %.2f of the window".formatted(
                    alarms == 0 ? 0 : (double) alarmsInWindows / alarms, alarmsInWindows, alarms, windowsFound, windows, delay);
        }
    }
}
