package dev.skerry.devices.modbus;

import java.time.Duration;
import java.util.Locale;

/** How a serial line runs. */
record SerialSettings(String port, int baud, int data, Parity parity, int stop) {

    enum Parity {
        NONE, EVEN, ODD
    }

    /** Such as {@code 19200 8E1}. */
    String line() {
        return baud + " " + data + parity.name().charAt(0) + stop;
    }

    String query() {
        return "baud=" + baud + "&data=" + data + "&parity=" + parity.name().toLowerCase(Locale.ROOT) + "&stop=" + stop;
    }

    /** What must be quiet between frames: 3.5 characters of eleven bits, and above 19200 baud always 1.75 ms. */
    Duration silence() {
        return baud > 19_200 ? Duration.ofNanos(1_750_000) : Duration.ofNanos(3_500_000_000L * 11 / 1000 * 1000 / baud);
    }
}
