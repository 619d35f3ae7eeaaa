package dev.skerry.blueprints.plant;

import java.time.Duration;
import java.time.Instant;

/** Lines that say how far it has come, with the seconds since the start. */
final class Progress {

    private static final Instant START = Instant.now();

    private Progress() {}

    static void say(String what) {
        System.out.printf("%6.1fs  %s%n", Duration.between(START, Instant.now()).toMillis() / 1000.0, what);
        System.out.flush();
    }
}
