package dev.skerry.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Who is logged in, and which addresses have guessed too often. Bounded; forgets the oldest first. */
final class Sessions {

    static final Duration LIFETIME = Duration.ofHours(12);
    static final Duration LOCKOUT = Duration.ofMinutes(1);
    static final int TRIES = 5;
    private static final int MAX_KEPT = 10_000;

    private final InstantSource clock;
    private final byte[] password;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Instant> sessions = bounded();
    private final Map<String, Failures> failures = bounded();

    private record Failures(int count, Instant last) {}

    /** What came of a login: a session's id, or how long to wait, or neither if the password was wrong. */
    record Login(Optional<String> session, Optional<Duration> locked) {}

    Sessions(String password, InstantSource clock) {
        this.password = password.getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
    }

    synchronized Login login(String address, String user, String given) {
        var failed = failures.get(address);
        var now = clock.instant();
        if (failed != null && failed.count() >= TRIES) {
            var left = Duration.between(now, failed.last().plus(LOCKOUT));
            if (left.isPositive()) {
                return new Login(Optional.empty(), Optional.of(left));
            }
            failed = null;
        }
        // Constant time, whatever was given.
        if (MessageDigest.isEqual(password, given.getBytes(StandardCharsets.UTF_8)) & user.equals("admin")) {
            failures.remove(address);
            var id = new byte[32];
            random.nextBytes(id);
            var session = HexFormat.of().formatHex(id);
            sessions.put(session, now.plus(LIFETIME));
            return new Login(Optional.of(session), Optional.empty());
        }
        failures.put(address, new Failures(failed == null ? 1 : failed.count() + 1, now));
        return new Login(Optional.empty(), Optional.empty());
    }

    synchronized boolean valid(String session) {
        var end = sessions.get(session);
        return end != null && clock.instant().isBefore(end);
    }

    synchronized void logout(String session) {
        sessions.remove(session);
    }

    private static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > MAX_KEPT;
            }
        };
    }
}
