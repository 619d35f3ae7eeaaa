package dev.skerry.devices.engine;

import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;

/** Durations as Go writes them. */
final class Times {

    private Times() {}

    /** Empty if it is none. */
    static Optional<Duration> parse(String text) {
        try {
            return text.matches("([0-9]{1,9}(ns|us|ms|s|m|h|d|w))+")
                    ? Optional.of(io.fabric8.kubernetes.api.model.Duration.parse(text).getDuration()) : Optional.empty();
        } catch (ParseException e) {
            return Optional.empty();
        }
    }
}
