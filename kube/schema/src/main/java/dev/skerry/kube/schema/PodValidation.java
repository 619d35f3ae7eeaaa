package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of Pods, wherever their template stands. */
final class PodValidation {
    private static final int NAME_SERVERS = 3;
    private static final int SEARCHES = 32;
    private static final int SEARCH_LENGTH = 2048;

    private PodValidation() {}

    /** A Pod itself. */
    static void pod(Place pod) {
        annotations(pod.get("metadata", "annotations"), pod.get("spec"));
        spec(pod.get("spec"), pod.get("metadata", "name").text(), true);
        if (pod.get("spec", "serviceAccountName").blank()) {
            for (Place volume : pod.get("spec", "volumes").items()) {
                for (Place source : volume.get("projected", "sources").items()) {
                    if (source.has("serviceAccountToken")) {
                        source.get("serviceAccountToken").forbidden("must not be specified when serviceAccountName is not set");
                    }
                }
            }
        }
        pod.get("spec", "containers").items().forEach(ContainerValidation::image);
        pod.get("spec", "initContainers").items().forEach(ContainerValidation::image);
    }

    /** What only counts when a Pod is made. */
    static void created(Place pod) {
        Place spec = pod.get("spec");
        if (!spec.get("ephemeralContainers").blank()) {
            spec.get("ephemeralContainers").forbidden("cannot be set on create");
        }
        if (!spec.get("nodeName").blank() && !spec.get("schedulingGates").blank()) {
            spec.get("nodeName").forbidden("cannot be set until all schedulingGates have been cleared");
        }
    }

    /** A template in another object. */
    static void template(Place template) {
        Place labels = template.get("metadata", "labels").named(template.path() + ".labels");
        labels.labels();
        Place annotations = template.get("metadata", "annotations").named(template.path() + ".annotations");
        annotations.causes().addAll(Names.annotations(annotations.value(), annotations.path()));
        annotations(annotations, template.get("spec"));
        spec(template.get("spec"), "", false);
        if (!template.get("spec", "ephemeralContainers").blank()) {
            template.get("spec", "ephemeralContainers").forbidden("ephemeral containers not allowed in pod template");
        }
    }

    private static void annotations(Place annotations, Place spec) {
        Place mirror = annotations.key("kubernetes.io/config.mirror");
        if (mirror.given() && spec.get("nodeName").blank()) {
            mirror.invalidText("must set spec.nodeName if mirror pod annotation is set");
        }
        Place cost = annotations.key("controller.kubernetes.io/pod-deletion-cost");
        if (cost.given() && !cost.text().matches("0|-?[1-9][0-9]{0,9}")) {
            cost.invalidText("must be a 32bit integer");
        }
    }

    /** @param pod the name of the Pod, if there is one already */
    static void spec(Place spec, String pod, boolean isPod) {
        Map<String, JsonNode> volumes = VolumeValidation.volumes(spec.get("volumes"), pod);
        Set<String> claims = claims(spec.get("resourceClaims"));
        boolean hostUsers = !spec.has("hostUsers") || spec.get("hostUsers").flag();
        new ContainerValidation(spec, volumes, claims, hostUsers).all();
        if (spec.has("resources")) {
            ResourceValidation.podResources(spec);
        }
        if (spec.get("hostNetwork").flag()) {
            hostPorts(spec, isPod);
        }
        spec.get("restartPolicy").mustBeOneOf("Always", "OnFailure", "Never");
        spec.get("dnsPolicy").mustBeOneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        spec.get("nodeSelector").labels();
        SecurityValidation.pod(spec);
        SchedulingValidation.affinity(spec.get("affinity"));
        dns(spec);
        spec.get("readinessGates").items().forEach(g -> g.get("conditionType").qualified());
        gates(spec.get("schedulingGates"));
        SchedulingValidation.spread(spec.get("topologySpreadConstraints"));
        SecurityValidation.hostProcess(spec);
        if (!hostUsers) {
            SecurityValidation.ownUsers(spec);
        }
        ifGiven(spec.get("serviceAccountName"));
        ifGiven(spec.get("nodeName"));
        spec.get("activeDeadlineSeconds").between(1, Integer.MAX_VALUE);
        for (String name : List.of("hostname", "subdomain")) {
            if (!spec.get(name).blank()) {
                spec.get(name).label();
            }
        }
        SchedulingValidation.tolerations(spec.get("tolerations"));
        for (Place alias : spec.get("hostAliases").items()) {
            alias.get("ip").ip();
            alias.get("hostnames").items().forEach(Place::subdomain);
        }
        ifGiven(spec.get("priorityClassName"));
        if (spec.has("runtimeClassName")) {
            spec.get("runtimeClassName").subdomain();
        }
        if (spec.has("preemptionPolicy")) {
            spec.get("preemptionPolicy").mustBeOneOf("PreemptLowerPriority", "Never");
        }
        if (spec.has("overhead")) {
            ResourceValidation.list(spec.get("overhead").named(spec.path() + ".overhead.limits"));
        }
        if (spec.has("os")) {
            SecurityValidation.system(spec);
        }
    }

    private static void ifGiven(Place name) {
        if (!name.blank()) {
            name.subdomain();
        }
    }

    private static Set<String> claims(Place claims) {
        Set<String> names = new HashSet<>();
        for (Place claim : claims.items()) {
            Place name = claim.get("name");
            if (name.must()) {
                if (names.add(name.text())) {
                    name.label();
                } else {
                    name.duplicate();
                }
            }
            boolean direct = claim.has("resourceClaimName");
            boolean template = claim.has("resourceClaimTemplateName");
            if (direct && template) {
                claim.invalidAs(GoView.show(claim.value(), "k8s.io.api.core.v1.PodResourceClaim"), "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
            }
            if (!direct && !template) {
                claim.invalidAs(GoView.show(claim.value(), "k8s.io.api.core.v1.PodResourceClaim"), "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
            }
            for (String source : List.of("resourceClaimName", "resourceClaimTemplateName")) {
                if (claim.has(source)) {
                    claim.get(source).subdomain();
                }
            }
        }
        return names;
    }

    private static void hostPorts(Place spec, boolean isPod) {
        for (Place container : spec.get("containers").items()) {
            for (Place port : container.get("ports").items()) {
                long host = port.get("hostPort").number();
                if ((isPod || host != 0) && host != port.get("containerPort").number()) {
                    port.get("hostPort").invalidNumber("must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private static void dns(Place spec) {
        Place config = spec.get("dnsConfig");
        Place servers = config.get("nameservers");
        if (spec.get("dnsPolicy").is("None")) {
            if (!config.given()) {
                config.required("must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (servers.blank()) {
                servers.required("must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        if (servers.value().size() > NAME_SERVERS) {
            servers.invalid("must not have more than " + NAME_SERVERS + " nameservers");
        }
        servers.items().forEach(Place::ip);
        Place searches = config.get("searches");
        if (searches.value().size() > SEARCHES) {
            searches.invalid("must not have more than " + SEARCHES + " search paths");
        }
        if (String.join(" ", searches.texts()).length() > SEARCH_LENGTH) {
            searches.invalid("must not have more than " + SEARCH_LENGTH + " characters (including spaces) in the search list");
        }
        for (Place search : searches.items()) {
            if (!search.is(".")) {
                String name = search.text().endsWith(".") ? search.text().substring(0, search.text().length() - 1) : search.text();
                Names.underscored(name).forEach(f -> search.invalidAs(Names.quote(name), f));
            }
        }
        for (Place option : config.get("options").items()) {
            if (option.get("name").blank()) {
                option.required("must not be empty");
            }
        }
    }

    private static void gates(Place gates) {
        Set<String> seen = new HashSet<>();
        for (Place gate : gates.items()) {
            String name = gate.get("name").text();
            Names.qualified(name).forEach(f -> gate.invalidAs(Names.quote(name), f));
            if (!seen.add(name)) {
                gate.duplicate(Names.quote(name));
            }
        }
    }

    /** All containers of a specification, in the order in which upstream visits them. */
    static List<Place> everyContainer(Place spec) {
        List<Place> all = new ArrayList<>(spec.get("initContainers").items());
        all.addAll(spec.get("containers").items());
        all.addAll(spec.get("ephemeralContainers").items());
        return all;
    }

    /** The specification with the volumes that claims of a stateful set bring, for a look at its mounts. */
    static ObjectNode withClaims(JsonNode spec, JsonNode claims) {
        ObjectNode copy = spec instanceof ObjectNode object ? object.deepCopy() : Json.MAKE.objectNode();
        ArrayNode volumes = Json.MAKE.arrayNode();
        Set<String> names = new HashSet<>();
        for (JsonNode claim : claims) {
            String name = claim.path("metadata").path("name").asText();
            names.add(name);
            ObjectNode volume = Json.MAKE.objectNode().put("name", name);
            volume.putObject("persistentVolumeClaim").put("claimName", name);
            volumes.add(volume);
        }
        copy.path("volumes").forEach(v -> {
            if (!names.contains(v.path("name").asText())) {
                volumes.add(v);
            }
        });
        copy.set("volumes", volumes);
        return copy;
    }
}
