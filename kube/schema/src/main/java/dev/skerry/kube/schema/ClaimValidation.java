package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Rules of claims of persistent volumes. */
final class ClaimValidation {
    private static final String[] MODES = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};

    private ClaimValidation() {}

    static void spec(Place spec) {
        accessModesNeeded(spec, "at least 1 access mode is required");
        Selectors.labels(spec.get("selector"));
        accessModes(spec);
        Place storage = spec.get("resources", "requests", "storage").named(spec.path() + ".resources[storage]");
        if (!storage.given()) {
            storage.required();
        } else if (storage.amount().filter(q -> q.signum() <= 0).isPresent()) {
            storage.invalidText("must be greater than zero");
        }
        Place type = spec.get("storageClassName");
        if (!type.blank()) {
            type.subdomain();
        }
        spec.get("volumeMode").oneOf("Block", "Filesystem");
        for (String name : new String[] {"dataSource", "dataSourceRef"}) {
            if (spec.has(name)) {
                source(spec.get(name));
            }
        }
        sources(spec);
        Place attributes = spec.get("volumeAttributesClassName");
        if (!attributes.blank()) {
            attributes.subdomain();
        }
    }

    static void accessModesNeeded(Place spec, String detail) {
        if (spec.get("accessModes").blank()) {
            spec.get("accessModes").required(detail);
        }
    }

    static void accessModes(Place spec) {
        Place modes = spec.get("accessModes");
        boolean single = false;
        boolean other = false;
        for (Place mode : modes.items()) {
            mode.named(modes.path()).oneOf(MODES);
            single |= mode.is("ReadWriteOncePod");
            other |= !mode.is("ReadWriteOncePod") && mode.in(MODES);
        }
        if (single && other) {
            modes.forbidden("may not use ReadWriteOncePod with other access modes");
        }
    }

    private static void source(Place source) {
        source.get("name").must();
        source.get("kind").must();
        Place group = source.get("apiGroup");
        if (group.blank() && !source.get("kind").is("PersistentVolumeClaim")) {
            source.invalidAs(Names.quote(source.get("kind").text()), "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        }
        if (!group.blank()) {
            group.subdomain();
        }
        if (!source.get("namespace").blank()) {
            source.get("namespace").label();
        }
    }

    private static void sources(Place spec) {
        Place one = spec.get("dataSource");
        Place other = spec.get("dataSourceRef");
        if (!one.given() || !other.given()) {
            return;
        }
        if (!other.get("namespace").blank()) {
            spec.invalidAs("{}", "may not be specified when dataSourceRef.namespace is specified");
        } else if (!one.get("apiGroup").same(other.get("apiGroup")) || !one.get("kind").is(other.get("kind").text()) || !one.get("name").is(other.get("name").text())) {
            spec.invalidAs("{}", "must match dataSourceRef");
        }
    }

    static void update(Place claim, Place old) {
        ObjectNode now = copy(claim.get("spec").value());
        ObjectNode before = copy(old.get("spec").value());
        boolean bound = claim.get("status", "phase").is("Bound");
        if (old.get("spec", "volumeName").blank()) {
            take(now, before, "volumeName");
        }
        if (!old.has("spec") || !old.get("spec").has("storageClassName")) {
            take(now, before, "storageClassName");
        }
        if (bound) {
            if (now.path("resources").path("requests") instanceof ObjectNode requests) {
                requests.set("storage", before.path("resources").path("requests").path("storage"));
            }
            if (now.hasNonNull("volumeAttributesClassName")) {
                take(now, before, "volumeAttributesClassName");
            }
        }
        if (!Json.same(now, before)) {
            claim.get("spec").forbidden("spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"
                    + Difference.of(before, now));
        }
        var size = claim.get("spec", "resources", "requests", "storage").amount();
        var was = old.get("spec", "resources", "requests", "storage").amount();
        var has = old.get("status", "capacity", "storage").amount();
        if (size.isPresent() && was.isPresent() && size.get().compareTo(was.get()) < 0
                && size.get().compareTo(has.orElse(java.math.BigDecimal.ZERO)) <= 0) {
            claim.get("spec", "resources", "requests", "storage").forbidden("field can not be less than status.capacity");
        }
        claim.get("spec", "volumeMode").named("volumeMode").fixed(old.get("spec", "volumeMode"));
        Place attributes = claim.get("spec", "volumeAttributesClassName");
        if (old.get("spec").has("volumeAttributesClassName") && !attributes.given()) {
            attributes.forbidden("update from non-nil value to nil is forbidden");
        } else if (old.get("spec").has("volumeAttributesClassName") && attributes.text().isEmpty()) {
            attributes.forbidden("update from non-nil value to an empty string is forbidden");
        }
    }

    private static ObjectNode copy(JsonNode value) {
        return value instanceof ObjectNode object ? object.deepCopy() : Json.MAKE.objectNode();
    }

    private static void take(ObjectNode to, ObjectNode from, String name) {
        if (from.has(name)) {
            to.set(name, from.get(name));
        } else {
            to.remove(name);
        }
    }
}
