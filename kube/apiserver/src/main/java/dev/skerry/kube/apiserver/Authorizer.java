package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.apiserver.Rbac.Decision;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;

/** Says who may what: members of system:masters everything, nodes what they need, all others what roles give them. The first yes counts. */
final class Authorizer {

    private final NodeAuthorizer nodes;
    private final Rbac rbac;

    Authorizer(ObjectStore store, Rbac rbac) {
        this.nodes = new NodeAuthorizer(store, rbac);
        this.rbac = rbac;
    }

    void check(User user, Access access) throws Failure {
        var decision = decide(user, access);
        if (!decision.allowed()) {
            throw access.denied(user, decision.reason());
        }
    }

    Decision decide(User user, Access access) {
        if (user.master()) {
            return new Decision(true, "");
        }
        var byNode = nodes.decide(user, access);
        if (byNode.allowed()) {
            return byNode;
        }
        var byRole = rbac.decide(user, access);
        if (byRole.allowed() || byNode.reason().isEmpty()) {
            return byRole;
        }
        return new Decision(false, byRole.reason().isEmpty() ? byNode.reason() : byNode.reason() + "\n" + byRole.reason());
    }

    /** What is known of someone's rights. @param incomplete whether there are more that cannot be listed */
    record Rights(List<JsonNode> rules, boolean incomplete, String error) {}

    Rights rights(User user, String namespace) {
        var errors = new ArrayList<String>();
        var node = NodeAuthorizer.isNode(user);
        if (node) {
            errors.add("node authorizer does not support user rule resolution");
        }
        var rules = rbac.rules(user, namespace, errors);
        return new Rights(rules, node, GoText.aggregate(errors));
    }
}
