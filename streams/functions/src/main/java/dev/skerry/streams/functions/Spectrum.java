package dev.skerry.streams.functions;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The frequencies within a list of evenly spaced samples. The mean is taken off, a Hann window keeps neighbouring frequencies apart, and zeros fill the list
 * up to a power of two. Amplitudes are those of the sine waves that make up the signal.
 */
final class Spectrum {

    private static final int MOST_SAMPLES = 1 << 20;

    private final double[] amplitudes;
    private final double hertzEach;
    /** The energy of each frequency, in the units of the squared signal. */
    private final double[] powers;

    private Spectrum(double[] samples, double rate) {
        var size = Integer.highestOneBit(Math.max(1, samples.length - 1)) * 2;
        var real = new double[size];
        var imaginary = new double[size];
        var mean = 0.0;
        for (var sample : samples) {
            mean += sample / samples.length;
        }
        var windowSum = 0.0;
        var windowSquares = 0.0;
        for (var i = 0; i < samples.length; i++) {
            var window = 0.5 - 0.5 * Math.cos(2 * Math.PI * (i + 0.5) / samples.length);
            real[i] = (samples[i] - mean) * window;
            windowSum += window;
            windowSquares += window * window;
        }
        transform(real, imaginary);
        amplitudes = new double[size / 2];
        powers = new double[size / 2];
        for (var i = 0; i < size / 2; i++) {
            var squared = real[i] * real[i] + imaginary[i] * imaginary[i];
            amplitudes[i] = 2 * Math.sqrt(squared) / windowSum;
            powers[i] = 2 * squared / (windowSquares * size);
        }
        hertzEach = rate / size;
    }

    static void addTo(Catalogue to) {
        to.pure("fft(list)", "list", "the amplitude of each frequency, from 0 to half of the sampling rate", Checks.exactly(1), NullRule.NULL, args -> amplitudes(args[0]));
        to.pure("dominant_frequency(list, rate)", "float", "the frequency with the greatest amplitude, in Hz, of samples taken at that rate", Checks.exactly(2), NullRule.NULL,
                args -> of(args).dominant());
        to.pure("band_rms(list, rate, low, high)", "float", "the effective value of what lies between two frequencies", Checks.exactly(4), NullRule.NULL,
                args -> of(args).band(Values.number(args[2]), Values.number(args[3])));
    }

    private static Object amplitudes(@Nullable Object value) {
        var list = new ArrayList<@Nullable Object>();
        for (var amplitude : new Spectrum(samples(value), 1).amplitudes) {
            list.add(amplitude);
        }
        return list;
    }

    private static Spectrum of(@Nullable Object[] args) {
        var rate = Values.number(args[1]);
        if (!(rate > 0)) {
            throw new FunctionException("rate: " + Printed.number(rate) + " (expected: samples a second, above 0)");
        }
        return new Spectrum(samples(args[0]), rate);
    }

    private static double[] samples(@Nullable Object value) {
        var list = Values.list(value, "first argument should be array of interface{}");
        if (list.size() > MOST_SAMPLES) {
            throw new FunctionException("samples: " + list.size() + " (expected: at most " + MOST_SAMPLES + ")");
        }
        return list.stream().mapToDouble(Values::number).toArray();
    }

    private Object dominant() {
        var peak = 0;
        for (var i = 1; i < amplitudes.length; i++) {
            peak = amplitudes[i] > amplitudes[peak] ? i : peak;
        }
        return (peak + shift(peak)) * hertzEach;
    }

    /** The top of the parabola through the peak and its neighbours, which lies between the frequencies of the transform. */
    private double shift(int peak) {
        if (peak < 1 || peak + 1 >= amplitudes.length) {
            return 0;
        }
        var left = amplitudes[peak - 1];
        var right = amplitudes[peak + 1];
        var bend = left - 2 * amplitudes[peak] + right;
        return bend == 0 ? 0 : 0.5 * (left - right) / bend;
    }

    private Object band(double low, double high) {
        var sum = 0.0;
        for (var i = 0; i < powers.length; i++) {
            sum += i * hertzEach >= low && i * hertzEach <= high ? powers[i] : 0;
        }
        return Math.sqrt(sum);
    }

    /** Cooley and Tukey's transform in place, for sizes that are powers of two. */
    private static void transform(double[] real, double[] imaginary) {
        var size = real.length;
        for (int i = 1, j = 0; i < size; i++) {
            var bit = size >> 1;
            for (; (j & bit) != 0; bit >>= 1) {
                j ^= bit;
            }
            j ^= bit;
            if (i < j) {
                var swapped = real[i];
                real[i] = real[j];
                real[j] = swapped;
            }
        }
        for (var length = 2; length <= size; length *= 2) {
            var half = length / 2;
            for (var k = 0; k < half; k++) {
                var cosine = Math.cos(-2 * Math.PI * k / length);
                var sine = Math.sin(-2 * Math.PI * k / length);
                for (var i = k; i < size; i += length) {
                    var r = real[i + half] * cosine - imaginary[i + half] * sine;
                    var m = real[i + half] * sine + imaginary[i + half] * cosine;
                    real[i + half] = real[i] - r;
                    imaginary[i + half] = imaginary[i] - m;
                    real[i] += r;
                    imaginary[i] += m;
                }
            }
        }
    }
}
