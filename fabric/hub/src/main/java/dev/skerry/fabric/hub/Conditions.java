package dev.skerry.fabric.hub;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Conditions as they become: one that stays as it was keeps the time of its transition. */
final class Conditions {

    static final String TRUE = "True";
    static final String FALSE = "False";
    static final String UNKNOWN = "Unknown";

    private final List<Condition> before;
    private final Instant now;
    private final List<Condition> all = new ArrayList<>();

    Conditions(List<Condition> before, Instant now) {
        this.before = before;
        this.now = now;
    }

    Conditions set(String type, String status, String reason, String message) {
        String since = before.stream()
                .filter(c -> type.equals(c.getType()) && status.equals(c.getStatus()))
                .map(Condition::getLastTransitionTime)
                .findFirst()
                .orElse(seconds(now));
        all.add(new ConditionBuilder().withType(type).withStatus(status).withReason(reason).withMessage(message).withLastTransitionTime(since).build());
        return this;
    }

    List<Condition> list() {
        return List.copyOf(all);
    }

    /** RFC 3339 as Kubernetes writes it. */
    static String seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
