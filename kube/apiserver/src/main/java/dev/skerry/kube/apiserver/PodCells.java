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
            case "Ready" -> TableCells.text(ready(status) + "/" + pod.path("spec").path("containers").size());
            case "Status" -> TableCells.text(summary(pod));
            case "Restarts" -> TableCells.text(restarts(status, now));
            case "IP" -> TableCells.text(status.path("podIP").asText("<none>"));
            case "Node" -> TableCells.text(pod.path("spec").path("nodeName").asText("<none>"));
            case "Nominated Node" -> TableCells.text(status.path("nominatedNodeName").asText("<none>"));
            case "Readiness Gates" -> TableCells.text("<none>");
            default -> null;
        };
    }

    private static int ready(JsonNode status) {
        var ready = 0;
        for (var container : status.path("containerStatuses")) {
            ready += container.path("ready").asBoolean() && container.path("state").has("running") ? 1 : 0;
        }
        return ready;
    }

    private static String restarts(JsonNode status, Instant now) {
        var count = 0;
        var last = "";
        for (var container : status.path("containerStatuses")) {
            count += container.path("restartCount").asInt();
            var finished = container.path("lastState").path("terminated").path("finishedAt").asText("");
            last = finished.compareTo(last) > 0 ? finished : last;
        }
        return count == 0 || last.isEmpty() ? Integer.toString(count) : count + " (" + TableCells.since(last, now) + " ago)";
    }

    private static String summary(JsonNode pod) {
        var status = pod.path("status");
        var reason = status.path("reason").asText(status.path("phase").asText("Unknown"));
        var running = false;
        for (var container : status.path("containerStatuses")) {
            var state = container.path("state");
            if (state.path("waiting").hasNonNull("reason")) {
                reason = state.path("waiting").path("reason").asText();
            } else if (state.path("terminated").hasNonNull("reason")) {
                reason = state.path("terminated").path("reason").asText();
            } else if (state.has("terminated")) {
                reason = "ExitCode:" + state.path("terminated").path("exitCode").asInt();
            } else if (container.path("ready").asBoolean() && state.has("running")) {
                running = true;
            }
        }
        if (reason.equals("Completed") && running) {
            reason = "Running";
        }
        return pod.path("metadata").has("deletionTimestamp") ? "Terminating" : reason;
    }
}
