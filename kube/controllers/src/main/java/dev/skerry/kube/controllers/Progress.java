package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The conditions of a Deployment while one look at it goes on. */
final class Progress {

    static final String PROGRESSING = "Progressing";

    private final List<DeploymentCondition> conditions;
    private final Instant now;

    Progress(Deployment deployment, Instant now) {
        this.conditions = new ArrayList<>(deployment.getStatus() == null ? List.of() : deployment.getStatus().getConditions());
        this.now = now;
    }

    List<DeploymentCondition> all() {
        return List.copyOf(conditions);
    }

    Optional<DeploymentCondition> find(String type) {
        return conditions.stream().filter(c -> c.getType().equals(type)).findFirst();
    }

    boolean reason(String type, String reason) {
        return find(type).filter(c -> reason.equals(c.getReason())).isPresent();
    }

    /** Says it, unless it is said already with the same status and reason. */
    void set(Condition wished) {
        var there = find(wished.type());
        if (there.isEmpty() || !there.get().getStatus().equals(wished.status()) || !wished.reason().equals(there.get().getReason())) {
            renew(wished);
        }
    }

    /** Says it as news of now. */
    void renew(Condition wished) {
        var there = find(wished.type());
        var time = Condition.seconds(now);
        var since = there.filter(c -> c.getStatus().equals(wished.status())).map(DeploymentCondition::getLastTransitionTime).orElse(time);
        remove(wished.type());
        conditions.add(new DeploymentConditionBuilder()
                .withType(wished.type()).withStatus(wished.status()).withLastUpdateTime(time).withLastTransitionTime(since)
                .withReason(wished.reason()).withMessage(wished.message()).build());
    }

    void remove(String type) {
        conditions.removeIf(c -> c.getType().equals(type));
    }
}
