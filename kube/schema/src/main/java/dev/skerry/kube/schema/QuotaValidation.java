package dev.skerry.kube.schema;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Rules of quotas and of ranges of limits. */
final class QuotaValidation {
    private static final Set<String> SCOPES = Set.of("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass");
    private static final Set<String> PODS = Set.of("pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu",
            "limits.memory", "limits.ephemeral-storage");

    private QuotaValidation() {}

    static void quota(Place quota) {
        Place spec = quota.get("spec");
        amounts(spec.get("hard"));
        scopes(spec);
        if (spec.has("scopeSelector")) {
            selector(spec);
        }
        status(quota.get("status"));
    }

    static void status(Place status) {
        amounts(status.get("hard"));
        amounts(status.get("used"));
    }

    private static void amounts(Place amounts) {
        for (Place entry : ResourceValidation.entries(amounts)) {
            ResourceValidation.quotaName(entry);
            ResourceValidation.amount(entry);
        }
    }

    private static boolean fits(String scope, String resource) {
        return switch (scope) {
            case "BestEffort" -> resource.equals("pods");
            case "VolumeAttributesClass" -> resource.equals("persistentvolumeclaims") || resource.equals("requests.storage");
            case "Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity" -> PODS.contains(resource);
            default -> true;
        };
    }

    private static TreeSet<String> resources(Place spec) {
        TreeSet<String> names = new TreeSet<>();
        spec.get("hard").value().fieldNames().forEachRemaining(names::add);
        names.removeIf(n -> !ResourceValidation.standardQuota(n));
        return names;
    }

    private static void scopes(Place spec) {
        Place scopes = spec.get("scopes");
        for (String scope : scopes.texts()) {
            if (!SCOPES.contains(scope)) {
                scopes.invalid("unsupported scope");
            }
            for (String resource : resources(spec)) {
                if (!fits(scope, resource)) {
                    scopes.invalid("unsupported scope applied to resource");
                }
            }
        }
        conflicts(scopes, new HashSet<>(scopes.texts()));
    }

    private static void conflicts(Place scopes, Set<String> given) {
        for (String scope : List.of("BestEffort", "Terminating")) {
            if (given.contains(scope) && given.contains("Not" + scope)) {
                scopes.invalid("conflicting scopes");
            }
        }
    }

    private static void selector(Place spec) {
        Place expressions = spec.get("scopeSelector", "matchExpressions");
        Set<String> given = new HashSet<>();
        for (Place one : expressions.items()) {
            String scope = one.get("scopeName").text();
            Place operator = one.get("operator").named(expressions.path() + ".operator");
            Place values = one.get("values").named(expressions.path() + ".values");
            given.add(scope);
            if (!SCOPES.contains(scope)) {
                one.get("scopeName").named(expressions.path() + ".scopeName").invalidText("unsupported scope");
            }
            for (String resource : resources(spec)) {
                if (!fits(scope, resource)) {
                    expressions.invalidAs(GoView.show(spec.get("scopeSelector").value(), "k8s.io.api.core.v1.ScopeSelector"), "unsupported scope applied to resource");
                }
            }
            if (SCOPES.contains(scope) && !scope.equals("PriorityClass") && !scope.equals("VolumeAttributesClass") && !operator.is("Exists")) {
                operator.invalidText("must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                        + "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
            }
            switch (operator.text()) {
                case "In", "NotIn" -> {
                    if (values.blank()) {
                        values.required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (!values.blank()) {
                        values.invalid("must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                    }
                }
                default -> operator.invalidText("not a valid selector operator");
            }
        }
        conflicts(spec.get("scopes"), given);
    }

    static void quotaUpdate(Place quota, Place old) {
        Place scopes = quota.get("spec", "scopes");
        if (!new HashSet<>(scopes.texts()).equals(new HashSet<>(old.get("spec", "scopes").texts()))) {
            scopes.invalid("field is immutable");
        }
    }

    static void limits(Place spec) {
        Set<String> types = new HashSet<>();
        for (Place limit : spec.get("limits").items()) {
            Place type = limit.get("type");
            List<String> faults = Names.qualified(type.text());
            type.invalidAll(faults);
            if (faults.isEmpty() && !type.text().contains("/") && !type.in("Pod", "Container", "PersistentVolumeClaim")) {
                type.invalidText("must be a standard limit type or fully qualified");
            }
            if (!types.add(type.text())) {
                type.duplicate();
            }
            limit(limit, type.text());
        }
    }

    private static void limit(Place limit, String type) {
        TreeSet<String> names = new TreeSet<>();
        boolean pod = type.equals("Pod");
        for (String part : List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")) {
            if (part.equals("maxLimitRequestRatio") && type.equals("PersistentVolumeClaim") && !limit.get("min").has("storage") && !limit.get("max").has("storage")) {
                limit.get("limits").required("either minimum or maximum storage value is required, but neither was provided");
            }
            if (pod && part.startsWith("default")) {
                if (!limit.get(part).blank()) {
                    limit.get(part).forbidden("may not be specified when `type` is 'Pod'");
                }
                continue;
            }
            for (Place entry : ResourceValidation.entries(limit.get(part))) {
                names.add(ResourceValidation.name(entry));
                if (pod || type.equals("Container")) {
                    ResourceValidation.containerName(entry);
                } else {
                    ResourceValidation.plainName(entry);
                }
            }
        }
        names.forEach(name -> compare(limit, name));
    }

    private static void compare(Place limit, String name) {
        Place min = limit.get("min").key(name);
        Place max = limit.get("max").key(name);
        Place standard = limit.get("default").key(name);
        Place request = limit.get("defaultRequest").key(name);
        Place ratio = limit.get("maxLimitRequestRatio").key(name);
        if (above(min, max)) {
            min.invalidText("min value " + min.text() + " is greater than max value " + max.text());
        }
        if (above(min, request)) {
            request.invalidText("min value " + min.text() + " is greater than default request value " + request.text());
        }
        if (above(request, max)) {
            request.invalidText("default request value " + request.text() + " is greater than max value " + max.text());
        }
        if (above(request, standard)) {
            request.invalidText("default request value " + request.text() + " is greater than default limit value " + standard.text());
        }
        if (above(min, standard)) {
            standard.invalidAs(Names.quote(min.text()), "min value " + min.text() + " is greater than default value " + standard.text());
        }
        if (above(standard, max)) {
            standard.invalidAs(Names.quote(max.text()), "default value " + standard.text() + " is greater than max value " + max.text());
        }
        Optional<BigDecimal> times = ratio.amount();
        if (times.isPresent() && times.get().compareTo(BigDecimal.ONE) < 0) {
            ratio.invalidText("ratio " + ratio.text() + " is less than 1");
        }
        if (times.isPresent() && min.amount().isPresent() && max.amount().isPresent() && min.amount().get().signum() > 0) {
            double most = max.amount().get().doubleValue() / min.amount().get().doubleValue();
            if (times.get().doubleValue() > most) {
                ratio.invalidText("ratio " + ratio.text() + " is greater than max/min = " + String.format(java.util.Locale.ROOT, "%f", most));
            }
        }
        if (!ResourceValidation.overcommits(name) && standard.amount().isPresent() && request.amount().isPresent()
                && standard.amount().get().compareTo(request.amount().get()) != 0) {
            request.invalidText("default value " + standard.text() + " must equal to defaultRequest value " + request.text() + " in " + name);
        }
    }

    private static boolean above(Place a, Place b) {
        return a.amount().isPresent() && b.amount().isPresent() && a.amount().get().compareTo(b.amount().get()) > 0;
    }
}
