package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Spread.Kind;

/** The aggregates. In the table for imported rules integers stay integers, as eKuiper has it. */
final class AggregateFunctions {

    private AggregateFunctions() {}

    static void addTo(Catalogue to) {
        var asEkuiper = to.asEkuiper();
        to.aggregate("count(value)", "integer", "how many values are not null; rows, for count(*)", Checks.exactly(1), Count::new);
        to.aggregate("sum(number)", "as the argument", "the sum; a float once a float is among the values or the integers do not suffice", Checks.ONE_NUMBER,
                () -> new Sum("sum", asEkuiper));
        to.aggregate("avg(number)", "float", "the mean of the values that are not null", Checks.ONE_NUMBER, () -> new Average(asEkuiper));
        to.aggregate("max(value)", "as the argument", "the greatest number or text", Checks.ONE_NUMBER, () -> new Extreme(1, asEkuiper),
                () -> new SlidingExtreme(1, asEkuiper));
        to.aggregate("min(value)", "as the argument", "the smallest number or text", Checks.ONE_NUMBER, () -> new Extreme(-1, asEkuiper),
                () -> new SlidingExtreme(-1, asEkuiper));
        to.aggregate("median(number)", "as the argument, or float", "the middle value, or the mean of the two in the middle", Checks.ONE_NUMBER, () -> new Median(asEkuiper));
        to.aggregate("stddev(number)", "float", "the standard deviation of the population", Checks.ONE_NUMBER, () -> new Spread(Kind.STDDEV, asEkuiper));
        to.aggregate("stddevs(number)", "float", "the standard deviation of a sample", Checks.ONE_NUMBER, () -> new Spread(Kind.STDDEV_SAMPLE, asEkuiper));
        to.aggregate("var(number)", "float", "the variance of the population", Checks.ONE_NUMBER, () -> new Spread(Kind.VAR, asEkuiper));
        to.aggregate("vars(number)", "float", "the variance of a sample", Checks.ONE_NUMBER, () -> new Spread(Kind.VAR_SAMPLE, asEkuiper));
        to.aggregate("percentile_cont(number, fraction)", "float", "the value below which that fraction lies, between two values if need be", Checks.TWO_NUMBERS,
                () -> new Percentile(true, asEkuiper));
        to.aggregate("percentile_disc(number, fraction)", "float", "the first value at or above that fraction", Checks.TWO_NUMBERS, () -> new Percentile(false, asEkuiper));
        to.aggregate("collect(value)", "list", "all values in their order; rows, for collect(*)", Checks.exactly(1), Collect::new);
        to.aggregate("merge_agg(object)", "object", "all objects laid over one another, the later above", Checks.exactly(1), Merge::new, SlidingMerge::new);
        to.aggregate("deduplicate(column, all)", "list, or object", "the first row of each value of the column; without all, the last row if its value is new",
                Checks.all(Checks.exactly(2), Checks.literalBool(1)), Deduplicate::new);
        to.aggregate("last_value(value, ignore_null)", "as the argument", "the last value", Checks.all(Checks.exactly(2), Checks.literalBool(1)), LastValue::new);
    }
}
