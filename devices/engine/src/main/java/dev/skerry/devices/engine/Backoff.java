package dev.skerry.devices.engine;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the next try: doubling from {@code first} to {@code most}, a fifth more or less by chance. */
record Backoff(Duration first, Duration most, RandomGenerator random) {

    static Backoff usual() {
        return new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10), RandomGenerator.getDefault());
    }

    /** @param tries that have failed, at least 1 */
    Duration after(int tries) {
        double doubled = first.toNanos() * Math.pow(2, Math.min(tries - 1, 30));
        double jittered = Math.min(doubled, most.toNanos()) * (0.8 + 0.4 * random.nextDouble());
        return Duration.ofNanos((long) Math.clamp(jittered, first.toNanos(), most.toNanos()));
    }
}
