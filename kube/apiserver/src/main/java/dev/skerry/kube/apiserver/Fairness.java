package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who is worked for when not all can be: five levels with seats of their own, so that a flood on one does not reach the others, and within a level one request
 * of each client and namespace in turn. Beyond that 429 with Retry-After. Fixed, where upstream has FlowSchemas and PriorityLevelConfigurations.
 */
final class Fairness {

    private static final Set<String> MACHINES = Set.of("system:masters", "system:nodes");
    private static final Set<String> ACTIVITY = Set.of("system:kube-scheduler", "system:kube-controller-manager");

    /** Levels, and their shares of the seats in percent. */
    enum Level {
        SYSTEM(50),
        LEADER_ELECTION(10),
        WORKLOAD_HIGH(15),
        WORKLOAD_LOW(20),
        CATCH_ALL(5);

        private final int share;

        Level(int share) {
            this.share = share;
        }

        static Level of(User user, Access access) {
            if (user.groups().stream().anyMatch(MACHINES::contains)) {
                return SYSTEM;
            }
            var account = user.name().startsWith("system:serviceaccount:");
            if (access.isFor("coordination.k8s.io", "leases") && (account || ACTIVITY.contains(user.name()))) {
                return LEADER_ELECTION;
            }
            if (ACTIVITY.contains(user.name()) || user.groups().contains("system:serviceaccounts:kube-system")) {
                return WORKLOAD_HIGH;
            }
            return user.groups().contains(User.AUTHENTICATED) ? WORKLOAD_LOW : CATCH_ALL;
        }
    }

    private final Map<Level, Seats> seats = new EnumMap<>(Level.class);
    private final Map<String, Integer> watches = new ConcurrentHashMap<>();
    private final Limits limits;

    Fairness(Limits limits) {
        this.limits = limits;
        for (var level : Level.values()) {
            seats.put(level, new Seats(Math.max(1, limits.inFlight() * level.share / 100), limits.queued() * level.share / 100));
        }
    }

    /** Given back when the work is done. */
    interface Seat extends AutoCloseable {

        @Override
        void close();
    }

    /** Waits for a seat. @throws Failure 429, if there are too many before, or none comes free in time */
    Seat seat(User user, Access access, Duration patience) throws Failure {
        var level = Level.of(user, access);
        var of = seats.get(level);
        if (of == null || !of.take(user.name() + "/" + access.namespace(), patience)) {
            throw Failure.busy("too many requests, please try again later (level " + level.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ": "
                    + (of == null ? 0 : of.size()) + " are in flight, others wait)");
        }
        return of::give;
    }

    /** Counts a watch of a client. */
    Seat watch(User user) throws Failure {
        var now = watches.merge(user.name(), 1, Integer::sum);
        if (now > limits.watchesPerClient()) {
            leave(user.name());
            throw Failure.busy("too many watches of " + user.name() + ": " + limits.watchesPerClient() + " are open (expected: fewer)");
        }
        return () -> leave(user.name());
    }

    private void leave(String user) {
        watches.computeIfPresent(user, (name, open) -> open <= 1 ? null : open - 1);
    }
}
