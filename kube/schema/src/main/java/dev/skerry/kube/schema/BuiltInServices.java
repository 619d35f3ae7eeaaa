package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Defaults of services. Addresses and node ports are allocated elsewhere. */
final class BuiltInServices {
    private static final int AFFINITY_SECONDS = 10_800;

    private BuiltInServices() {}

    static void apply(ObjectNode service) {
        ObjectNode spec = BuiltInDefaults.object(service, "spec");
        BuiltInDefaults.text(spec, "type", "ClusterIP");
        BuiltInDefaults.text(spec, "sessionAffinity", "None");
        String type = spec.path("type").asText();
        if (spec.path("sessionAffinity").asText().equals("None")) {
            spec.remove("sessionAffinityConfig");
        } else {
            BuiltInDefaults.number(BuiltInDefaults.object(BuiltInDefaults.object(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds", AFFINITY_SECONDS);
        }
        for (JsonNode item : spec.path("ports")) {
            if (item instanceof ObjectNode port) {
                BuiltInDefaults.text(port, "protocol", "TCP");
                JsonNode target = port.path("targetPort");
                if (target.isMissingNode() || target.isNull() || target.asText().isEmpty() || target.asText().equals("0")) {
                    port.set("targetPort", port.path("port"));
                }
            }
        }
        boolean outside = type.equals("NodePort") || type.equals("LoadBalancer");
        if (outside || type.equals("ClusterIP") && !Json.empty(spec.get("externalIPs"))) {
            BuiltInDefaults.text(spec, "externalTrafficPolicy", "Cluster");
        }
        if (outside || type.equals("ClusterIP")) {
            BuiltInDefaults.text(spec, "internalTrafficPolicy", "Cluster");
        }
        if (type.equals("LoadBalancer")) {
            BuiltInDefaults.flag(spec, "allocateLoadBalancerNodePorts", true);
        }
    }
}
