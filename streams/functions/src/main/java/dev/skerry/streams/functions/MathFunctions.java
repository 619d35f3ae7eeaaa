package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Catalogue.PureBody;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Mathematics. Floats behave as IEEE 754 says, but a trigonometric result that is not a number is null. */
final class MathFunctions {

    private static final String FLOAT = "float";
    private static final String INTEGER = "integer";
    /** Beyond that, a shift of the decimal point leaves every float or none of its digits. */
    private static final int MOST_PLACES = 400;

    private MathFunctions() {}

    static void addTo(Catalogue to) {
        to.pure("abs(number)", "as the argument", "the absolute value", Checks.ONE_NUMBER, NullRule.NULL, args -> abs(args[0]));
        orNull(to, "acos(x)", "the arc cosine, in radians; null outside of -1 to 1", Math::acos);
        orNull(to, "asin(x)", "the arc sine, in radians; null outside of -1 to 1", Math::asin);
        orNull(to, "atan(x)", "the arc tangent, in radians", Math::atan);
        orNull(to, "cos(x)", "the cosine of an angle in radians", Math::cos);
        orNull(to, "cosh(x)", "the hyperbolic cosine", Math::cosh);
        orNull(to, "exp(x)", "e raised to x", Math::exp);
        orNull(to, "sin(x)", "the sine of an angle in radians", Math::sin);
        orNull(to, "sinh(x)", "the hyperbolic sine", Math::sinh);
        orNull(to, "tan(x)", "the tangent of an angle in radians", Math::tan);
        orNull(to, "tanh(x)", "the hyperbolic tangent", Math::tanh);
        orNull(to, "radians(degrees)", "an angle in radians", x -> x * (Math.PI / 180));
        orNull(to, "degrees(radians)", "an angle in degrees", x -> x * (180 / Math.PI));
        to.pure("atan2(y, x)", FLOAT, "the angle of the point (x, y), in radians", Checks.TWO_NUMBERS, NullRule.NULL,
                two((y, x) -> Math.atan2(y, x), true));
        to.pure("cot(x)", FLOAT, "the cotangent of an angle in radians", Checks.ONE_NUMBER, NullRule.NULL, args -> cotangent(Values.number(args[0])));

        to.pure("bitand(a, b)", INTEGER, "the bits that both have", Checks.TWO_INTEGERS, NullRule.NULL, args -> first(args) & second(args));
        to.pure("bitor(a, b)", INTEGER, "the bits that either has", Checks.TWO_INTEGERS, NullRule.NULL, args -> first(args) | second(args));
        to.pure("bitxor(a, b)", INTEGER, "the bits that only one has", Checks.TWO_INTEGERS, NullRule.NULL, args -> first(args) ^ second(args));
        to.pure("bitnot(a)", INTEGER, "all bits turned over", Checks.ONE_INTEGER, NullRule.NULL, args -> ~bits(args[0], "operand"));

        to.pure("ceiling(x)", FLOAT, "the next whole number, upwards", Checks.ONE_NUMBER, NullRule.NULL, one(Math::ceil));
        to.alias("ceil", "ceiling");
        to.pure("floor(x)", FLOAT, "the next whole number, downwards", Checks.ONE_NUMBER, NullRule.NULL, one(Math::floor));
        to.pure("round(x[, places])", FLOAT, "rounded, halves away from zero; negative places round before the point",
                Checks.all(Checks.oneOrTwo(), Checks.number(0), Checks.number(1)), NullRule.NULL, MathFunctions::round);
        to.pure("trunc(x, places)", FLOAT, "cut off after so many places", Checks.all(Checks.exactly(2), Checks.number(0), Checks.integer(1)),
                NullRule.NULL, args -> trunc(args, to.asEkuiper()));
        to.pure("sign(x)", INTEGER, "-1, 0 or 1", Checks.ONE_NUMBER, NullRule.NULL, args -> sign(Values.number(args[0])));
        to.pure("ln(x)", FLOAT, "the natural logarithm", Checks.ONE_NUMBER, NullRule.NULL,
                args -> positive(Math.log(Values.number(args[0])), args[0], "strictly positive"));
        to.pure("log([base, ]x)", FLOAT, "the logarithm, to base 10 if none is given", Checks.all(Checks.oneOrTwo(), Checks.number(0)), NullRule.NULL,
                args -> positive(args.length == 1 ? Math.log10(Values.number(args[0])) : Math.log(Values.number(args[1])) / Math.log(Values.number(args[0])),
                        args[0], "strictly positive"));
        to.pure("sqrt(x)", FLOAT, "the square root", Checks.ONE_NUMBER, NullRule.NULL,
                args -> positive(Math.sqrt(Values.number(args[0])), args[0], "positive"));
        to.pure("mod(x, y)", FLOAT, "what is left of x after taking away whole y's; has the sign of x", Checks.TWO_NUMBERS, NullRule.NULL, two((x, y) -> x % y, !to.asEkuiper()));
        to.pure("power(x, y)", FLOAT, "x raised to y", Checks.TWO_NUMBERS, NullRule.NULL, two(Math::pow, !to.asEkuiper()));
        to.alias("pow", "power");
        to.pure("pi()", FLOAT, "the number pi", Checks.exactly(0), NullRule.NULL, args -> Math.PI);
        to.scalar("rand()", FLOAT, "a random number from 0 to below 1", Checks.exactly(0), NullRule.PASS, (args, call) -> call.random().nextDouble());
        to.pure("conv(text, from, to)", "text", "a whole number written in another base; a negative base reads or writes a sign",
                Checks.all(Checks.exactly(3), Checks.literalInteger(1), Checks.literalInteger(2)), NullRule.NULL, NumberBase::convert);
    }

    private static void orNull(Catalogue to, String usage, String summary, DoubleUnaryOperator function) {
        to.pure(usage, FLOAT, summary, Checks.ONE_NUMBER, NullRule.NULL, args -> numberOrNull(function.applyAsDouble(Values.number(args[0]))));
    }

    private static PureBody one(DoubleUnaryOperator function) {
        return args -> function.applyAsDouble(Values.number(args[0]));
    }

    private static PureBody two(DoubleBinaryOperator function, boolean orNull) {
        return args -> {
            var result = function.applyAsDouble(Values.number(args[0]), Values.number(args[1]));
            return orNull ? numberOrNull(result) : (Double) result;
        };
    }

    private static @Nullable Object numberOrNull(double value) {
        return Double.isNaN(value) ? null : (Double) value;
    }

    private static Object positive(double result, @Nullable Object argument, String expected) {
        if (Double.isNaN(result)) {
            throw new FunctionException("The argument must be a " + expected + " number but got " + Printed.of(argument));
        }
        return result;
    }

    private static Object abs(@Nullable Object value) {
        return switch (value) {
            // The one integer without a counterpart.
            case Long v when v == Long.MIN_VALUE -> -(double) Long.MIN_VALUE;
            case Long v -> Math.abs(v);
            case Double v -> Math.abs(v);
            case null, default -> throw new FunctionException("only float64 & int type are supported");
        };
    }

    private static @Nullable Object cotangent(double x) {
        var sine = Math.sin(x);
        if (sine == 0) {
            throw new FunctionException("out-of-range error");
        }
        return numberOrNull(Math.cos(x) / sine);
    }

    private static long first(@Nullable Object[] args) {
        return bits(args[0], "the first operand");
    }

    private static long second(@Nullable Object[] args) {
        return bits(args[1], "the second operand");
    }

    private static long bits(@Nullable Object value, String which) {
        if (value instanceof Long || value instanceof Double v && v == Math.rint(v) && Math.abs(v) < 0x1p63) {
            return Values.wholeNumber(value);
        }
        throw new FunctionException("Expect int type for " + which + " but got " + Printed.of(value));
    }

    private static long sign(double value) {
        return value > 0 ? 1 : value < 0 ? -1 : 0;
    }

    private static Object round(@Nullable Object[] args) {
        var places = 0;
        if (args.length > 1) {
            if (!Values.isNumber(args[1])) {
                throw new FunctionException("The second argument must be an integer: cannot convert " + Values.described(args[1]) + " to int");
            }
            places = places(Values.cutNumber(args[1]));
        }
        var value = Values.number(args[0]);
        var factor = Math.pow(10, places);
        var scaled = value * factor;
        if (!Double.isFinite(scaled) || !Double.isFinite(factor)) {
            return Double.isFinite(value) ? new BigDecimal(value).setScale(places, RoundingMode.HALF_UP).doubleValue() : value;
        }
        return awayFromZero(scaled) / factor;
    }

    private static int places(long places) {
        return (int) Math.clamp(places, -MOST_PLACES, MOST_PLACES);
    }

    private static double awayFromZero(double value) {
        var floor = Math.floor(Math.abs(value));
        return Math.copySign(Math.abs(value) - floor >= 0.5 ? floor + 1 : floor, value);
    }

    /** eKuiper rounds instead of cutting off. */
    private static Object trunc(@Nullable Object[] args, boolean rounds) {
        var value = Values.number(args[0]);
        if (!(args[1] instanceof Long places)) {
            throw new FunctionException("The 2nd parameter must be int value.");
        }
        if (!rounds) {
            return Double.isFinite(value) ? new BigDecimal(Double.toString(value)).setScale(places(places), RoundingMode.DOWN).doubleValue() : value;
        }
        var factor = Math.pow(10, places(places));
        var scaled = value * factor;
        // Beyond the integers every float is whole already.
        return Math.abs(scaled) >= Long.MAX_VALUE ? (Double) value : (Double) ((long) (scaled + Math.copySign(0.5, scaled)) / factor);
    }
}
