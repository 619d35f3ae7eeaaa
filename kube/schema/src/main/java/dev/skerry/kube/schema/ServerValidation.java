package dev.skerry.kube.schema;

import java.util.List;
import java.util.Set;

/** Rules of what configures an API server: further servers behind it, and who waits for whom. */
final class ServerValidation {
    private static final int HIGHEST_GROUP = 20_000;
    private static final int HIGHEST_VERSION = 1_000;
    private static final int HIGHEST_PRECEDENCE = 10_000;
    private static final int QUEUES = 10_000_000;
    private static final String[] VERBS = {"connect", "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"};

    private ServerValidation() {}

    static void service(Place service) {
        Place spec = service.get("spec");
        Place name = service.get("metadata", "name");
        String wanted = spec.get("version").text() + "." + spec.get("group").text();
        if (!name.is(wanted)) {
            name.invalidText("must be `spec.version+\".\"+spec.group`: " + Names.quote(wanted));
        }
        Place group = spec.get("group");
        if (!group.blank()) {
            group.subdomain();
        }
        spec.get("version").invalidAll(Forms.dns1035(spec.get("version").text()));
        Place priority = spec.get("groupPriorityMinimum");
        if (priority.number() <= 0 || priority.number() > HIGHEST_GROUP) {
            priority.invalidNumber("must be positive and less than " + HIGHEST_GROUP);
        }
        Place version = spec.get("versionPriority");
        if (version.number() <= 0 || version.number() > HIGHEST_VERSION) {
            version.invalidNumber("must be positive and less than " + HIGHEST_VERSION);
        }
        Place target = spec.get("service");
        Place authority = spec.get("caBundle");
        Place insecure = spec.get("insecureSkipTLSVerify");
        if (!target.given()) {
            if (!authority.blank()) {
                authority.invalidAs(authority.value().toString(), "local APIServices may not have a caBundle");
            }
            if (insecure.flag()) {
                insecure.invalid("local APIServices may not have insecureSkipTLSVerify");
            }
            return;
        }
        target.get("namespace").must();
        target.get("name").must();
        long port = target.get("port").number();
        if (port < 1 || port > 65_535) {
            target.get("port").invalidNumber("port is not valid: must be between 1 and 65535, inclusive");
        }
        if (insecure.flag() && !authority.blank()) {
            insecure.invalid("may not be true if caBundle is present");
        }
    }

    static void priorityLevel(Place level) {
        Place spec = level.get("spec");
        Place type = spec.get("type");
        boolean exempt = level.get("metadata", "name").is("exempt");
        if (exempt != type.is("Exempt")) {
            type.invalidText("type must be 'Exempt' if and only if name is 'exempt'");
        }
        Place limited = spec.get("limited");
        switch (type.text()) {
            case "Exempt" -> {
                if (limited.given()) {
                    limited.forbidden("must be nil if the type is not Limited");
                }
            }
            case "Limited" -> {
                if (limited.given()) {
                    limited(limited);
                } else {
                    limited.required("must not be empty when type is Limited");
                }
                if (spec.has("exempt")) {
                    spec.get("exempt").forbidden("must be nil if the type is Limited");
                }
            }
            default -> type.notSupported("Exempt", "Limited");
        }
    }

    private static void limited(Place limited) {
        limited.get("nominalConcurrencyShares").notNegative();
        Place response = limited.get("limitResponse");
        Place queuing = response.get("queuing");
        switch (response.get("type").text()) {
            case "Reject" -> {
                if (queuing.given()) {
                    queuing.forbidden("must be nil if limited.limitResponse.type is not Limited");
                }
            }
            case "Queue" -> {
                if (queuing.given()) {
                    queuing(queuing);
                } else {
                    queuing.required("must not be empty if limited.limitResponse.type is Limited");
                }
            }
            default -> response.get("type").notSupported("Queue", "Reject");
        }
        limited.get("lendablePercent").between(0, 100);
        Place borrowing = limited.get("borrowingLimitPercent");
        if (borrowing.given() && borrowing.number() < 0) {
            borrowing.invalid("if specified, must be a non-negative integer");
        }
    }

    private static void queuing(Place queuing) {
        for (String name : List.of("queueLengthLimit", "queues")) {
            if (queuing.get(name).number() <= 0) {
                queuing.get(name).invalidNumber("must be positive");
            }
        }
        Place queues = queuing.get("queues");
        if (queues.number() > QUEUES) {
            queues.invalid("must not be greater than " + QUEUES);
        }
        Place hand = queuing.get("handSize");
        if (hand.number() <= 0) {
            hand.invalidNumber("must be positive");
        } else if (hand.number() > queues.number()) {
            hand.invalid("should not be greater than queues (" + queues.number() + ")");
        }
    }

    static void flow(Place flow) {
        Place spec = flow.get("spec");
        Place precedence = spec.get("matchingPrecedence");
        if (precedence.number() <= 0) {
            precedence.invalidNumber("must be a positive value");
        } else if (precedence.number() > HIGHEST_PRECEDENCE) {
            precedence.invalid("must not be greater than " + HIGHEST_PRECEDENCE);
        } else if (precedence.number() == 1 && !flow.get("metadata", "name").is("exempt")) {
            precedence.invalid("only the schema named 'exempt' may have matchingPrecedence 1");
        }
        if (spec.has("distinguisherMethod") && !spec.get("distinguisherMethod", "type").in("ByNamespace", "ByUser")) {
            spec.get("distinguisherMethod").named("spec.distinguisherMethod").notSupported("ByNamespace", "ByUser");
        }
        Place level = spec.get("priorityLevelConfiguration", "name");
        if (level.blank()) {
            level.required("must reference a priority level");
        } else {
            level.subdomain();
        }
        for (Place rule : spec.get("rules").items()) {
            Place subjects = rule.get("subjects");
            if (subjects.blank()) {
                subjects.required("subjects must contain at least one value");
            }
            subjects.items().forEach(ServerValidation::subject);
            if (rule.get("resourceRules").blank() && rule.get("nonResourceRules").blank()) {
                rule.required("at least one of resourceRules and nonResourceRules has to be non-empty");
            }
            rule.get("resourceRules").items().forEach(ServerValidation::resourceRule);
            rule.get("nonResourceRules").items().forEach(ServerValidation::pathRule);
        }
    }

    private static void subject(Place subject) {
        String kind = subject.get("kind").text();
        String member = switch (kind) {
            case "ServiceAccount" -> "serviceAccount";
            case "User" -> "user";
            case "Group" -> "group";
            default -> "";
        };
        if (member.isEmpty()) {
            subject.get("kind").notSupported("Group", "ServiceAccount", "User");
            return;
        }
        Place own = subject.get(member);
        if (!own.given()) {
            own.required(member + " is required when subject kind is '" + kind + "'");
        } else {
            own.get("name").must();
            if (member.equals("serviceAccount") && own.get("namespace").blank()) {
                own.get("namespace").required("must specify namespace for service account");
            }
        }
        for (String other : List.of("serviceAccount", "user", "group")) {
            if (!other.equals(member) && subject.has(other)) {
                subject.get(other).forbidden(other + " is forbidden when subject kind is not '" + Character.toUpperCase(other.charAt(0)) + other.substring(1) + "'");
            }
        }
    }

    private static void verbs(Place verbs) {
        if (verbs.blank()) {
            verbs.required("verbs must contain at least one value");
        } else {
            alone(verbs, "verbs");
            if (!verbs.texts().contains("*") && !Set.of(VERBS).containsAll(verbs.texts())) {
                verbs.causes().add(Cause.notSupported(verbs.path(), verbs.value().toString(), List.of(VERBS)));
            }
        }
    }

    private static void alone(Place list, String what) {
        if (list.value().size() > 1 && list.texts().contains("*")) {
            list.invalid("if '*' is present, must not specify other " + what);
        }
    }

    private static void resourceRule(Place rule) {
        verbs(rule.get("verbs"));
        if (rule.get("apiGroups").blank()) {
            rule.get("apiGroups").required("resource rules must supply at least one api group");
        }
        alone(rule.get("apiGroups"), "api groups");
        if (rule.get("resources").blank()) {
            rule.get("resources").required("resource rules must supply at least one resource");
        }
        alone(rule.get("resources"), "resources");
        Place namespaces = rule.get("namespaces");
        if (namespaces.blank() && !rule.get("clusterScope").flag()) {
            namespaces.required("resource rules that are not cluster scoped must supply at least one namespace");
        }
        alone(namespaces, "namespaces");
        for (Place namespace : namespaces.items()) {
            if (!namespace.is("*")) {
                Names.label(namespace.text()).forEach(f -> namespace.invalidText("each member of this list must be '*' or a DNS-1123 label; " + f));
            }
        }
    }

    private static void pathRule(Place rule) {
        verbs(rule.get("verbs"));
        Place paths = rule.get("nonResourceURLs");
        if (paths.blank()) {
            paths.required("nonResourceURLs must contain at least one value");
        }
        alone(paths, "non-resource URLs");
        for (Place path : paths.items()) {
            if (path.is("*")) {
                continue;
            }
            if (path.blank()) {
                path.invalidText("must not be empty");
            } else if (!path.text().startsWith("/")) {
                path.invalidText("must start with slash");
            } else if (path.text().contains(" ")) {
                path.invalidText("must not contain white-space");
            } else if (path.text().contains("//")) {
                path.invalidText("must not contain double slash");
            }
        }
    }
}
