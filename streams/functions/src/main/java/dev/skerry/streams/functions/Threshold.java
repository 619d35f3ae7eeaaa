package dev.skerry.streams.functions;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is usual among scores: their mean and deviation, older ones fading away. */
final class Threshold {

    /** So many deviations above the mean a score is still usual. */
    private static final double USUAL = 4;
    private static final double FADING = 1.0 / 500;
    /** A score below it is never an anomaly, however calm the past. */
    private static final double LEAST = 1;
    private static final double LEAST_DEVIATION = 0.05;

    private long count;
    private double mean;
    private double variance;

    double grade(double score) {
        var limit = mean + USUAL * Math.max(Math.sqrt(variance), LEAST_DEVIATION);
        var grade = count > 0 && score > limit && score > LEAST ? Math.min(1, (score - limit) / limit + 0.1) : 0;
        // An anomaly shall not widen what is usual by more than a little.
        take(count > 0 && grade > 0 ? limit : score);
        return grade;
    }

    private void take(double score) {
        count++;
        var weight = Math.max(1.0 / count, FADING);
        var apart = score - mean;
        mean += weight * apart;
        variance = (1 - weight) * (variance + weight * apart * apart);
    }

    Object save() {
        return new ArrayList<Object>(List.of(count, mean, variance));
    }

    void restore(@Nullable Object saved) {
        List<@Nullable Object> list = Values.list(saved, "anomaly_grade: no saved state");
        count = Values.wholeNumber(list.get(0));
        mean = Values.number(list.get(1));
        variance = Values.number(list.get(2));
    }
}
