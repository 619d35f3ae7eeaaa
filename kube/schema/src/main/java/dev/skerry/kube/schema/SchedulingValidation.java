package dev.skerry.kube.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of affinity, spreading and tolerations. */
final class SchedulingValidation {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final int HEAVIEST = 100;

    private SchedulingValidation() {}

    static void affinity(Place affinity) {
        Place nodes = affinity.get("nodeAffinity");
        if (nodes.has(REQUIRED)) {
            Selectors.nodes(nodes.get(REQUIRED), true);
        }
        for (Place term : nodes.get(PREFERRED).items()) {
            weight(term);
            Selectors.nodeTerm(term.get("preference"), false);
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            affinity.get(kind, REQUIRED).items().forEach(SchedulingValidation::podTerm);
            for (Place term : affinity.get(kind, PREFERRED).items()) {
                weight(term);
                podTerm(term.get("podAffinityTerm"));
            }
        }
    }

    private static void weight(Place term) {
        long weight = term.get("weight").number();
        if (weight < 1 || weight > HEAVIEST) {
            term.get("weight").invalidNumber("must be in the range 1-100");
        }
    }

    private static void podTerm(Place term) {
        Selectors.labels(term.get("labelSelector"));
        Selectors.labels(term.get("namespaceSelector"));
        for (Place namespace : term.get("namespaces").items()) {
            namespace.named(term.path() + ".namespace").label();
        }
        keys(term);
        Place key = term.get("topologyKey");
        if (key.blank()) {
            key.required("can not be empty");
        }
        key.qualified();
    }

    private static void keys(Place term) {
        Place selector = term.get("labelSelector");
        for (String name : List.of("matchLabelKeys", "mismatchLabelKeys")) {
            Place keys = term.get(name);
            if (keys.blank()) {
                continue;
            }
            if (!selector.given()) {
                keys.forbidden("must not be specified when labelSelector is not set");
            } else {
                keys.items().forEach(Place::qualified);
            }
        }
        List<String> matched = term.get("matchLabelKeys").texts();
        Set<String> seen = new HashSet<>();
        selector.get("matchLabels").value().fieldNames().forEachRemaining(seen::add);
        for (Place expression : selector.get("matchExpressions").items()) {
            String key = expression.get("key").text();
            if (matched.contains(key) && seen.contains(key)) {
                term.item(matched.indexOf(key)).invalidAs(Names.quote(key), "exists in both matchLabelKeys and labelSelector");
            }
            seen.add(key);
        }
        List<String> mismatched = term.get("mismatchLabelKeys").texts();
        for (Place key : term.get("matchLabelKeys").items()) {
            if (mismatched.contains(key.text())) {
                key.invalidText("exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
    }

    static void spread(Place constraints) {
        List<Place> items = constraints.items();
        for (int i = 0; i < items.size(); i++) {
            Place one = items.get(i);
            if (one.get("maxSkew").number() <= 0) {
                one.get("maxSkew").invalidNumber("must be greater than zero");
            }
            Place key = one.get("topologyKey");
            if (key.blank()) {
                key.required("can not be empty");
            }
            Place action = one.get("whenUnsatisfiable");
            if (!action.in("DoNotSchedule", "ScheduleAnyway")) {
                action.notSupported("DoNotSchedule", "ScheduleAnyway");
            }
            if (items.subList(i + 1, items.size()).stream().anyMatch(o -> o.get("topologyKey").is(key.text()) && o.get("whenUnsatisfiable").is(action.text()))) {
                one.get("{topologyKey, whenUnsatisfiable}").duplicate(Names.quote("{" + key.text() + ", " + action.text() + "}"));
            }
            domains(one, action);
            for (String policy : List.of("nodeAffinityPolicy", "nodeTaintsPolicy")) {
                if (one.has(policy) && !one.get(policy).in("Honor", "Ignore")) {
                    one.get(policy).notSupported("Honor", "Ignore");
                }
            }
            spreadKeys(one);
            Selectors.labels(one.get("labelSelector"));
        }
    }

    private static void domains(Place constraint, Place action) {
        Place domains = constraint.get("minDomains");
        if (!domains.given()) {
            return;
        }
        if (domains.number() <= 0) {
            domains.invalid("must be greater than zero");
        }
        if (!action.is("DoNotSchedule")) {
            domains.invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action.text());
        }
    }

    private static void spreadKeys(Place constraint) {
        Place keys = constraint.get("matchLabelKeys");
        Place selector = constraint.get("labelSelector");
        if (keys.blank()) {
            return;
        }
        if (!selector.given()) {
            keys.forbidden("must not be specified when labelSelector is not set");
        }
        Set<String> used = new HashSet<>();
        selector.get("matchLabels").value().fieldNames().forEachRemaining(used::add);
        selector.get("matchExpressions").items().forEach(e -> used.add(e.get("key").text()));
        for (Place key : keys.items()) {
            key.qualified();
            if (used.contains(key.text())) {
                key.invalidText("exists in both matchLabelKeys and labelSelector");
            }
        }
    }

    static void tolerations(Place tolerations) {
        for (Place toleration : tolerations.items()) {
            Place key = toleration.get("key");
            Place operator = toleration.get("operator");
            Place value = toleration.get("value").named(operator.path());
            Place effect = toleration.get("effect");
            if (!key.blank()) {
                key.qualified();
            } else if (!operator.is("Exists")) {
                operator.invalidText("operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }
            if (toleration.has("tolerationSeconds") && !effect.is("NoExecute")) {
                effect.invalidText("effect must be 'NoExecute' when `tolerationSeconds` is set");
            }
            switch (operator.text()) {
                case "Equal", "" -> {
                    List<String> faults = Names.labelValue(value.text());
                    if (!faults.isEmpty()) {
                        value.invalidText(String.join(";", faults));
                    }
                }
                case "Exists" -> {
                    if (!value.text().isEmpty()) {
                        value.invalidText("value must be empty when `operator` is 'Exists'");
                    }
                }
                default -> operator.notSupported("Equal", "Exists");
            }
            effect.oneOf("NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }
}
