package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** The cells of a Node's line. */
final class NodeCells {

    private static final String ROLE = "node-role.kubernetes.io/";

    private NodeCells() {}

    static @Nullable JsonNode of(String column, JsonNode node) {
        var info = node.path("status").path("nodeInfo");
        return switch (column) {
            case "Status" -> TableCells.text(state(node));
            case "Roles" -> TableCells.text(roles(node));
            case "Version" -> info.path("kubeletVersion");
            case "Internal-IP" -> TableCells.text(address(node, "InternalIP"));
            case "External-IP" -> TableCells.text(address(node, "ExternalIP"));
            case "OS-Image" -> info.path("osImage");
            case "Kernel-Version" -> info.path("kernelVersion");
            case "Container-Runtime" -> info.path("containerRuntimeVersion");
            default -> null;
        };
    }

    private static String state(JsonNode node) {
        var state = "Unknown";
        for (var condition : node.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                state = condition.path("status").asText().equals("True") ? "Ready" : "NotReady";
            }
        }
        return node.path("spec").path("unschedulable").asBoolean() ? state + ",SchedulingDisabled" : state;
    }

    private static String roles(JsonNode node) {
        var roles = new ArrayList<String>();
        node.path("metadata").path("labels").fieldNames().forEachRemaining(l -> {
            if (l.startsWith(ROLE)) {
                roles.add(l.substring(ROLE.length()));
            }
        });
        return roles.isEmpty() ? "<none>" : String.join(",", roles);
    }

    private static String address(JsonNode node, String type) {
        for (var address : node.path("status").path("addresses")) {
            if (address.path("type").asText().equals(type)) {
                return address.path("address").asText();
            }
        }
        return "<none>";
    }
}
