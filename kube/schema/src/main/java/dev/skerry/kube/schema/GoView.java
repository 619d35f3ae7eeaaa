package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Shows a value as upstream's own structures are shown in messages: every member, by its name in Go, null where there is nothing. */
final class GoView {
    /** Words of which more than the first letter is large in Go. */
    private static final Set<String> LARGE = Set.of("ip", "cidr", "uid", "gid", "tls", "csi", "nfs", "url", "os", "tty", "fc", "iscsi", "rbd", "pid", "grpc", "dns");
    private static final Map<String, String> NAMES = Map.ofEntries(Map.entry("apiGroup", "APIGroup"), Map.entry("apiGroups", "APIGroups"), Map.entry("apiVersion", "APIVersion"),
            Map.entry("apiVersions", "APIVersions"), Map.entry("ipBlock", "IPBlock"), Map.entry("seLinuxOptions", "SELinuxOptions"), Map.entry("seLinuxChangePolicy", "SELinuxChangePolicy"),
            Map.entry("fsGroup", "FSGroup"), Map.entry("fsGroupChangePolicy", "FSGroupChangePolicy"), Map.entry("fsType", "FSType"), Map.entry("dnsPolicy", "DNSPolicy"),
            Map.entry("dnsConfig", "DNSConfig"), Map.entry("httpGet", "HTTPGet"), Map.entry("httpHeaders", "HTTPHeaders"), Map.entry("tcpSocket", "TCPSocket"),
            Map.entry("cephfs", "CephFS"), Map.entry("storageos", "StorageOS"), Map.entry("gcePersistentDisk", "GCEPersistentDisk"),
            Map.entry("awsElasticBlockStore", "AWSElasticBlockStore"), Map.entry("ipFamilies", "IPFamilies"), Map.entry("ipFamilyPolicy", "IPFamilyPolicy"));

    private GoView() {}

    /** @param type the message, such as {@code k8s.io.api.apps.v1.DaemonSetUpdateStrategy} */
    static String show(JsonNode value, String type) {
        return view(value, type, Facts.protobuf()).toString();
    }

    private static JsonNode view(JsonNode value, String type, JsonNode messages) {
        JsonNode fields = messages.path(type);
        if (!fields.isArray() || !value.isObject() || type.contains(".meta.v1.")) {
            return value;
        }
        ObjectNode shown = Json.MAKE.objectNode();
        for (JsonNode field : fields) {
            String name = field.path("json").asText();
            JsonNode member = value.path(name);
            String inner = field.path("type").asText();
            String go = LARGE.contains(name) ? name.toUpperCase(Locale.ROOT) : NAMES.getOrDefault(name, name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1));
            if (member.isMissingNode() || member.isNull()) {
                shown.set(go, zero(field, inner));
            } else if (member.isArray()) {
                var list = shown.putArray(go);
                member.forEach(item -> list.add(view(item, inner, messages)));
            } else {
                shown.set(go, view(member, inner, messages));
            }
        }
        return shown;
    }

    private static JsonNode zero(JsonNode field, String type) {
        if (field.path("pointer").asBoolean() || field.path("repeated").asBoolean() || field.has("map")) {
            return Json.MAKE.nullNode();
        }
        return switch (type) {
            case "string" -> Json.MAKE.textNode("");
            case "bool" -> Json.MAKE.booleanNode(false);
            case "int32", "int64" -> Json.MAKE.numberNode(0);
            default -> Json.MAKE.nullNode();
        };
    }
}
