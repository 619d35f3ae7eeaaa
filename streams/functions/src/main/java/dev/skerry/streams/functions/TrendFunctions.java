package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Regression.Kind;

/** Where values are going: per row over those before it, or over a window. Times are seconds. */
final class TrendFunctions {

    private TrendFunctions() {}

    static void addTo(Catalogue to) {
        to.analytic("trend(number[, rows])", "float", "the slope of the last so many rows, 100 if not given, as change a second, by least squares; null before the second",
                Checks.all(Checks.oneOrTwo(), Checks.number(0), Checks.integer(1)), () -> new Trend(false));
        to.analytic("time_to(number, limit[, rows])", "float", "in how many seconds the trend reaches the limit; 0 if it is reached, null if it leads away",
                Checks.all(Checks.between(2, 3), Checks.number(0), Checks.number(1), Checks.integer(2)), () -> new Trend(true));
        to.analytic("forecast(number, steps[, season])", "float",
                "the value expected so many rows ahead: Holt's linear method, or Holt and Winters' with a season of so many rows; null while it learns",
                Checks.all(Checks.between(2, 3), Checks.number(0), Checks.integer(1), Checks.integer(2)), Forecast::new);
        to.analytic("ewma(number, weight)", "float", "the mean in which a new value has that weight and older ones fade", Checks.TWO_NUMBERS, Rates.Fading::new);
        to.analytic("derivative(number)", "float", "the change a second since the last row; null for the first", Checks.ONE_NUMBER, () -> new Rates.Change(false));
        to.analytic("rate(counter)", "float", "the increase a second of a counter that may begin again at 0; null for the first", Checks.ONE_NUMBER,
                () -> new Rates.Change(true));
        to.analytic("integral(number)", "float", "the area under the values so far, by trapezoids, in units times seconds", Checks.ONE_NUMBER, Rates.Area::new);
        to.aggregate("regr_slope(y, x)", "float", "the slope of the line through the points, by least squares", Checks.TWO_NUMBERS, () -> new Regression(Kind.SLOPE));
        to.aggregate("regr_intercept(y, x)", "float", "where the line through the points crosses x = 0", Checks.TWO_NUMBERS, () -> new Regression(Kind.INTERCEPT));
        to.aggregate("corr(y, x)", "float", "the correlation of the two, from -1 to 1", Checks.TWO_NUMBERS, () -> new Regression(Kind.CORRELATION));
    }
}
