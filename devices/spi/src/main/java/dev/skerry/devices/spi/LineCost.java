package dev.skerry.devices.spi;

import java.time.Duration;

/**
 * What requests cost on a line, for the choice between one long request over a gap and two short ones.
 *
 * @param roundTrip from a request's last byte to its answer's first: the line's delay and the device's turn-around
 * @param bytesPerSecond that the line carries
 * @param overhead bytes that each request and its answer cost besides the values, with headers and silences
 */
public record LineCost(Duration roundTrip, long bytesPerSecond, int overhead) {

    /** A small controller in a local network: answers in 2 ms and takes in a megabyte a second. */
    public static final LineCost NETWORK = new LineCost(Duration.ofMillis(2), 1_000_000, 120);

    public LineCost {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond: " + bytesPerSecond + " (expected: 1 or more)");
        }
    }

    /** A serial line with so many bits a second, ten or eleven of them a byte; devices take 5 ms to turn round. */
    public static LineCost serial(int baud) {
        return new LineCost(Duration.ofMillis(5), Math.max(1, baud / 11), 20);
    }

    /** The price of one more request, in bytes that could have been carried meanwhile. */
    public double requestBytes() {
        return overhead + roundTrip.toNanos() / 1e9 * bytesPerSecond;
    }

    /** The same line as it was measured. */
    public LineCost withRoundTrip(Duration measured) {
        return new LineCost(measured, bytesPerSecond, overhead);
    }
}
