package dev.skerry.fabric.spoke;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether an object does what its manifest wishes. Looks at nothing but the object. */
final class ObjectHealth {

    private ObjectHealth() {}

    /** Empty if it is well, else what is missing; a text that begins with {@code !} will not mend itself. */
    static Optional<String> of(GenericKubernetesResource object) {
        return switch (object.getKind()) {
            case "Deployment", "ReplicaSet", "StatefulSet" -> replicas(object);
            case "DaemonSet" -> number(object, "status", "numberAvailable") >= number(object, "status", "desiredNumberScheduled") && seen(object)
                    ? Optional.empty()
                    : Optional.of(number(object, "status", "numberAvailable") + " of " + number(object, "status", "desiredNumberScheduled") + " available");
            case "Pod" -> List.of("Running", "Succeeded").contains(text(object, "status", "phase"))
                    ? Optional.empty()
                    : Optional.of("phase " + text(object, "status", "phase"));
            case "Device" -> state(object, "Online");
            case "Rule" -> "Paused".equals(text(object, "status", "state")) ? Optional.empty() : state(object, "Running");
            case "App" -> state(object, "Ready");
            default -> Optional.empty();
        };
    }

    private static Optional<String> replicas(GenericKubernetesResource object) {
        long wanted = object.get("spec", "replicas") instanceof Number n ? n.longValue() : 1;
        long available = number(object, "status", "availableReplicas");
        boolean updated = !object.getKind().equals("Deployment") || number(object, "status", "updatedReplicas") >= wanted;
        return seen(object) && available >= wanted && updated ? Optional.empty() : Optional.of(available + " of " + wanted + " replicas available");
    }

    private static boolean seen(GenericKubernetesResource object) {
        var generation = object.getMetadata().getGeneration();
        return generation == null || number(object, "status", "observedGeneration") >= generation;
    }

    private static Optional<String> state(GenericKubernetesResource object, String well) {
        var state = text(object, "status", "state");
        if (state.equals(well)) {
            return Optional.empty();
        }
        var message = text(object, "status", "message");
        var words = (state.isEmpty() ? "no state yet" : state) + (message.isEmpty() ? "" : ": " + message);
        return Optional.of(List.of("Rejected", "Failed").contains(state) ? "!" + words : words);
    }

    private static long number(GenericKubernetesResource object, String... path) {
        return object.get((Object[]) path) instanceof Number n ? n.longValue() : 0;
    }

    private static String text(GenericKubernetesResource object, String... path) {
        Object value = object.get((Object[]) path);
        return value == null || value instanceof Map ? "" : value.toString();
    }
}
