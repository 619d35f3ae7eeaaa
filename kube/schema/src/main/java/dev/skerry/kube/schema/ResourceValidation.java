package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Rules of amounts of resources and of their names. */
final class ResourceValidation {
    private static final Set<String> CONTAINER = Set.of("cpu", "memory", "ephemeral-storage");
    private static final Set<String> STANDARD = Set.of("cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage",
            "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
            "persistentvolumeclaims", "storage", "requests.storage", "services.nodeports", "services.loadbalancers");
    private static final Set<String> WHOLE = Set.of("pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
            "services.nodeports", "services.loadbalancers");
    private static final BigDecimal MILLI = new BigDecimal("0.001");

    private ResourceValidation() {}

    static void requirements(Place resources, Set<String> claims) {
        check(resources, ResourceValidation::containerName);
        Set<String> seen = new HashSet<>();
        for (Place claim : resources.get("claims").items()) {
            String name = claim.get("name").text();
            if (name.isEmpty()) {
                claim.required();
                continue;
            }
            String request = claim.get("request").text();
            if (!request.isEmpty()) {
                claim.get("request").label();
            }
            if (!seen.add(request.isEmpty() ? name : name + "/" + request) || !request.isEmpty() && seen.contains(name)) {
                claim.duplicate(Names.quote(request.isEmpty() ? name : name + "/" + request));
            }
            if (!claims.contains(name)) {
                claim.causes().add(new Cause("FieldValueNotFound", "Not found: " + Names.quote(name) + ": must be one of the names in pod.spec.resourceClaims"
                        + (claims.isEmpty() ? " which is empty" : ": " + String.join(", ", claims.stream().sorted().toList())), claim.path()));
            }
        }
    }

    /** What a whole Pod asks for, against what its containers ask for. */
    static void podResources(Place spec) {
        Place resources = spec.get("resources");
        if (resources.has("claims")) {
            resources.get("claims").forbidden("claims cannot be set for Resources at pod-level");
        }
        check(resources, ResourceValidation::podName);
        Map<String, BigDecimal> sums = new TreeMap<>();
        for (Place container : spec.get("containers").items()) {
            container.get("resources", "requests").value().properties()
                    .forEach(e -> Quantity.parse(e.getValue().asText()).ifPresent(q -> sums.merge(e.getKey(), q, BigDecimal::add)));
        }
        sums.forEach((name, sum) -> {
            Place asked = resources.get("requests").key(name);
            if (CONTAINER.contains(name) && sum.compareTo(asked.amount().orElse(BigDecimal.ZERO)) > 0) {
                asked.invalidAs(Names.quote(asked.given() ? asked.text() : "0"),
                        "must be greater than or equal to aggregate container requests of " + Quantity.canonical(Json.MAKE.textNode(sum.toPlainString())));
            }
        });
    }

    private static void check(Place resources, java.util.function.Consumer<Place> named) {
        boolean[] pages = new boolean[1];
        boolean[] computes = new boolean[1];
        for (Place limit : entries(resources.get("limits"))) {
            named.accept(limit);
            amount(limit);
            note(limit, pages, computes);
        }
        Place requests = resources.get("requests");
        for (Place request : entries(requests)) {
            String name = name(request);
            named.accept(request);
            amount(request);
            Place limit = resources.get("limits").key(name);
            if (limit.given()) {
                int order = request.amount().orElse(BigDecimal.ZERO).compareTo(limit.amount().orElse(BigDecimal.ZERO));
                String most = name + " limit of " + limit.text();
                if (order != 0 && !overcommits(name)) {
                    requests.invalidAs(Names.quote(request.text()), "must be equal to " + most);
                } else if (order > 0) {
                    requests.invalidAs(Names.quote(request.text()), "must be less than or equal to " + most);
                }
            } else if (!overcommits(name)) {
                resources.get("limits").required("Limit must be set for non overcommitable resources");
            }
            note(request, pages, computes);
        }
        if (pages[0] && !computes[0]) {
            resources.forbidden("HugePages require cpu or memory");
        }
    }

    private static void note(Place entry, boolean[] pages, boolean[] computes) {
        String name = name(entry);
        computes[0] |= name.equals("cpu") || name.equals("memory");
        if (!name.startsWith("hugepages-")) {
            return;
        }
        pages[0] = true;
        BigDecimal page = Quantity.parse(name.substring("hugepages-".length())).orElse(BigDecimal.ZERO);
        BigDecimal amount = entry.amount().orElse(BigDecimal.ZERO);
        if (page.signum() <= 0 || amount.remainder(page).signum() != 0) {
            entry.invalidAs(Names.quote(entry.text()), entry.text() + " is not positive integer multiple of " + name);
        }
    }

    /** Amounts by the names of containers' resources. */
    static void list(Place amounts) {
        for (Place entry : entries(amounts)) {
            containerName(entry);
            amount(entry);
        }
    }

    static java.util.List<Place> entries(Place map) {
        java.util.List<Place> entries = new java.util.ArrayList<>();
        for (Map.Entry<String, JsonNode> e : map.value().properties()) {
            entries.add(map.key(e.getKey()));
        }
        return entries;
    }

    /** The key of an entry of a map. */
    static String name(Place entry) {
        return entry.path().substring(entry.path().lastIndexOf('[') + 1, entry.path().length() - 1);
    }

    /** Not negative, and whole where parts make no sense. */
    static void amount(Place entry) {
        BigDecimal amount = entry.amount().orElse(BigDecimal.ZERO);
        if (amount.signum() < 0) {
            entry.invalidAs(Names.quote(entry.text()), "must be greater than or equal to 0");
        }
        String name = name(entry);
        boolean whole = WHOLE.contains(name) || name.startsWith("count/") || extended(name);
        if (whole && amount.divide(MILLI).remainder(new BigDecimal(1000)).signum() != 0) {
            entry.invalidAs(Names.quote(entry.text()), "must be an integer");
        }
    }

    /** Whether the name itself was fine. */
    private static boolean anyName(Place entry) {
        String name = name(entry);
        var faults = Names.qualified(name);
        faults.forEach(f -> entry.invalidAs(Names.quote(name), f));
        if (faults.isEmpty() && !name.contains("/") && !STANDARD.contains(name) && !name.startsWith("hugepages-") && !name.startsWith("requests.hugepages-")) {
            entry.invalidAs(Names.quote(name), "must be a standard resource type or fully qualified");
            return false;
        }
        return faults.isEmpty();
    }

    static void containerName(Place entry) {
        String name = name(entry);
        anyName(entry);
        if (!name.contains("/")) {
            if (!CONTAINER.contains(name) && !name.startsWith("hugepages-")) {
                entry.invalidAs(Names.quote(name), "must be a standard resource for containers");
            }
        } else if (!nativeName(name) && !extended(name)) {
            entry.invalidAs(Names.quote(name), "doesn't follow extended resource name standard");
        }
    }

    private static void podName(Place entry) {
        String name = name(entry);
        if (anyName(entry) && !name.equals("cpu") && !name.equals("memory") && !name.startsWith("hugepages-")) {
            entry.causes().add(Cause.notSupported(entry.path(), Names.quote(name), java.util.List.of("cpu", "hugepages-", "memory")));
        }
    }

    static void plainName(Place entry) {
        anyName(entry);
    }

    static void quotaName(Place entry) {
        String name = name(entry);
        anyName(entry);
        if (!name.contains("/") && !(STANDARD.contains(name) && !name.equals("storage")) && !name.startsWith("hugepages-") && !name.startsWith("requests.hugepages-")) {
            entry.invalidAs(Names.quote(name), "must be a standard resource for quota");
        }
    }

    static boolean standardQuota(String name) {
        return STANDARD.contains(name) && !name.equals("storage") || name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");
    }

    private static boolean nativeName(String name) {
        return !name.contains("/") || name.substring(0, name.indexOf('/')).endsWith("kubernetes.io");
    }

    static boolean extended(String name) {
        return !nativeName(name) && !name.startsWith("requests.") && Names.qualified("requests." + name).isEmpty();
    }

    static boolean overcommits(String name) {
        return nativeName(name) && !name.startsWith("hugepages-");
    }
}
