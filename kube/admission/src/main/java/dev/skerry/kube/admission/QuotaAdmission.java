package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.quota.Amount;
import dev.skerry.kube.quota.Amounts;
import dev.skerry.kube.quota.QuotaScopes;
import dev.skerry.kube.quota.QuotaUsage;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Nothing is made beyond the quotas of its namespace. What is asked for is first written into the status of each quota, against its revision, so that
 * two who ask at once cannot both have the rest; what then is not made after all is put right by the controller that counts.
 */
final class QuotaAdmission implements AdmissionPlugin {

    private static final int MAX_TRIES = 50;

    private final Followed followed;
    private final InstantSource clock;

    QuotaAdmission(Followed followed, InstantSource clock) {
        this.followed = followed;
        this.clock = clock;
    }

    @Override
    public void validate(Attributes attributes) throws RefusedException {
        if (!concerns(attributes)) {
            return;
        }
        for (var cached : followed.all(Followed.QUOTAS + attributes.namespace() + "/")) {
            charge(attributes, Followed.QUOTAS + attributes.namespace() + "/" + cached.path("metadata").path("name").asText());
        }
    }

    private static boolean concerns(Attributes attributes) {
        var resource = attributes.resource();
        if (attributes.object() == null || !resource.namespaced() || resource.plural().equals("events")) {
            return false;
        }
        return switch (attributes.operation()) {
            case CREATE -> attributes.subresource().isEmpty();
            case UPDATE -> resource.core("pods") ? attributes.subresource().equals("resize")
                    : attributes.subresource().isEmpty() && (resource.core("services") || resource.core("persistentvolumeclaims"));
            case DELETE, CONNECT -> false;
        };
    }

    private void charge(Attributes attributes, String key) throws RefusedException {
        for (int i = 0; i < MAX_TRIES; i++) {
            var entry = followed.store().get(key);
            if (entry.isEmpty()) {
                return;
            }
            var quota = Followed.parse(entry.get().value());
            var used = used(attributes, quota);
            if (used.isEmpty() || attributes.dryRun()) {
                return;
            }
            var status = quota.withObject("/status").withObject("/used");
            used.forEach((line, amount) -> status.put(line, amount.text()));
            if (followed.store().update(key, entry.get().revision(), revision -> Followed.write(quota, revision)).isPresent()) {
                return;
            }
        }
        throw RefusedException.forbidden(attributes, "quota " + key.substring(key.lastIndexOf('/') + 1) + " changes too often, please try again");
    }

    /** The lines that the object changes and what they are then; empty if the quota does not mind. */
    private Map<String, Amount> used(Attributes attributes, ObjectNode quota) throws RefusedException {
        var group = attributes.resource().gvk().group();
        var plural = attributes.resource().plural();
        var object = attributes.written();
        var status = quota.path("status");
        // What counts is what has been counted up to; a line that has been changed since counts as it is wished now.
        var hard = Amounts.read(status.path("hard"));
        Amounts.read(quota.path("spec").path("hard")).forEach((line, amount) -> hard.computeIfPresent(line, (l, before) -> amount));
        var lines = new HashSet<>(hard.keySet());
        lines.removeIf(line -> !QuotaUsage.counts(group, plural, line));
        if (lines.isEmpty() || !QuotaScopes.hold(quota, group, plural, object)) {
            return Map.of();
        }
        var name = quota.path("metadata").path("name").asText();
        if (attributes.resource().core("pods")) {
            var missing = QuotaUsage.missing(object, lines);
            if (!missing.isEmpty()) {
                throw RefusedException.forbidden(attributes, "failed quota: " + name + ": " + missing);
            }
        }
        var used = Amounts.read(status.path("used"));
        if (!used.keySet().containsAll(lines)) {
            throw RefusedException.forbidden(attributes, "status unknown for quota: " + name + ", resources: " + String.join(",", lines.stream().sorted().toList()));
        }
        var asked = asked(attributes, group, plural, lines);
        var after = new TreeMap<String, Amount>();
        var exceeded = new ArrayList<String>();
        asked.forEach((line, amount) -> {
            var sum = used.getOrDefault(line, Amount.ZERO).plus(amount);
            after.put(line, sum);
            if (sum.compareTo(hard.getOrDefault(line, Amount.ZERO)) > 0) {
                exceeded.add(line);
            }
        });
        if (!exceeded.isEmpty()) {
            throw RefusedException.forbidden(attributes, "exceeded quota: " + name + ", requested: " + Amounts.text(only(asked, exceeded)) + ", used: "
                    + Amounts.text(only(used, exceeded)) + ", limited: " + Amounts.text(only(hard, exceeded)));
        }
        return after;
    }

    private Map<String, Amount> asked(Attributes attributes, String group, String plural, Set<String> lines) {
        var now = clock.instant();
        var asked = new TreeMap<>(QuotaUsage.of(group, plural, attributes.written(), now));
        if (attributes.operation() == Operation.UPDATE) {
            QuotaUsage.of(group, plural, attributes.before(), now).forEach((line, before) -> asked.computeIfPresent(line, (l, amount) -> amount.minus(before)));
        }
        asked.keySet().retainAll(lines);
        asked.values().removeIf(amount -> amount.value().signum() <= 0);
        return asked;
    }

    private static Map<String, Amount> only(Map<String, Amount> amounts, java.util.List<String> lines) {
        var some = new TreeMap<>(amounts);
        some.keySet().retainAll(lines);
        return some;
    }
}
