package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** AppArmor profiles of old: annotations of a new Pod become the fields that stand for them today. */
final class AppArmorProfiles {

    private static final String PREFIX = "container.apparmor.security.beta.kubernetes.io/";
    private static final String LOCAL = "localhost/";

    private AppArmorProfiles() {}

    static void fromAnnotations(ObjectNode pod) {
        var annotations = pod.path("metadata").path("annotations");
        for (var list : List.of("initContainers", "containers", "ephemeralContainers")) {
            for (var container : pod.path("spec").path(list)) {
                var said = annotations.path(PREFIX + container.path("name").asText()).asText("");
                if (!container.path("securityContext").has("appArmorProfile")) {
                    profile(said).ifPresent(p -> ((ObjectNode) container).withObject("/securityContext").set("appArmorProfile", p));
                }
            }
        }
    }

    private static Optional<ObjectNode> profile(String annotation) {
        var profile = JsonNodeFactory.instance.objectNode();
        if (annotation.startsWith(LOCAL)) {
            return Optional.of(profile.put("type", "Localhost").put("localhostProfile", annotation.substring(LOCAL.length())));
        }
        return switch (annotation) {
            case "runtime/default" -> Optional.of(profile.put("type", "RuntimeDefault"));
            case "unconfined" -> Optional.of(profile.put("type", "Unconfined"));
            default -> Optional.empty();
        };
    }
}
