package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The cells of a Pod's line: above all its STATUS, which is no field but a summary. */
final class PodCells {

    private PodCells() {}

    static @Nullable JsonNode of(String column, JsonNode pod, Instant now) {
        var status = pod.path("status");
        return switch (column) {
            case "Ready" -> TableCells.text(PodSummary.of(pod).ready());
            case "Status" -> TableCells.text(PodSummary.of(pod).status());
            case "Restarts" -> TableCells.text(restarts(PodSummary.of(pod), now));
            case "IP" -> TableCells.text(status.path("podIP").asText("<none>"));
            case "Node" -> TableCells.text(pod.path("spec").path("nodeName").asText("<none>"));
            case "Nominated Node" -> TableCells.text(status.path("nominatedNodeName").asText("<none>"));
            case "Readiness Gates" -> TableCells.text(gates(pod));
            default -> null;
        };
    }

    /** Marks the row of a Pod that has ended. */
    static void conditions(com.fasterxml.jackson.databind.node.ObjectNode row, JsonNode pod) {
        var phase = pod.path("status").path("phase").asText();
        var said = switch (phase) {
            case "Succeeded" -> "The pod has completed successfully.";
            case "Failed" -> "The pod failed.";
            default -> "";
        };
        if (!said.isEmpty()) {
            row.putArray("conditions").addObject().put("type", "Completed").put("status", "True").put("reason", phase).put("message", said);
        }
    }

    private static String gates(JsonNode pod) {
        var gates = pod.path("spec").path("readinessGates");
        var open = 0;
        for (var gate : gates) {
            for (var condition : pod.path("status").path("conditions")) {
                open += condition.path("type").equals(gate.path("conditionType")) && condition.path("status").asText().equals("True") ? 1 : 0;
            }
        }
        return gates.isEmpty() ? "<none>" : open + "/" + gates.size();
    }

    private static String restarts(PodSummary summary, Instant now) {
        return summary.restarts() == 0 || summary.lastRestart().isEmpty()
                ? Integer.toString(summary.restarts())
                : summary.restarts() + " (" + TableCells.since(summary.lastRestart(), now) + " ago)";
    }
}
