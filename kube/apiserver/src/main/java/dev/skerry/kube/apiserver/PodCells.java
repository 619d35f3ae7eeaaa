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
            case "Ready" -> TableCells.text(ready(status) + "/" + (pod.path("spec").path("containers").size() + sidecars(pod)));
            case "Status" -> TableCells.text(summary(pod));
            case "Restarts" -> TableCells.text(restarts(status, now));
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

    private static int ready(JsonNode status) {
        var ready = 0;
        for (var container : status.path("containerStatuses")) {
            ready += container.path("ready").asBoolean() && container.path("state").has("running") ? 1 : 0;
        }
        return ready;
    }

    private static int sidecars(JsonNode pod) {
        var count = 0;
        for (var container : pod.path("spec").path("initContainers")) {
            count += container.path("restartPolicy").asText().equals("Always") ? 1 : 0;
        }
        return count;
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

    /** How far the first container that must end before the others is, or empty if all have. */
    private static String initial(JsonNode pod) {
        var containers = pod.path("spec").path("initContainers");
        var i = 0;
        for (var container : pod.path("status").path("initContainerStatuses")) {
            var state = container.path("state");
            var always = containers.path(i).path("restartPolicy").asText().equals("Always");
            if (state.has("terminated") && state.path("terminated").path("exitCode").asInt() == 0 || always && container.path("started").asBoolean()) {
                i++;
                continue;
            }
            if (state.has("terminated")) {
                var reason = state.path("terminated").path("reason").asText("");
                return "Init:" + (reason.isEmpty() ? ended(state.path("terminated")) : reason);
            }
            var waiting = state.path("waiting").path("reason").asText("");
            return waiting.isEmpty() || waiting.equals("PodInitializing") ? "Init:" + i + "/" + containers.size() : "Init:" + waiting;
        }
        return "";
    }

    private static String ended(JsonNode terminated) {
        return terminated.path("signal").asInt() != 0 ? "Signal:" + terminated.path("signal").asInt() : "ExitCode:" + terminated.path("exitCode").asInt();
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
        for (var condition : status.path("conditions")) {
            if (condition.path("type").asText().equals("PodScheduled") && condition.path("reason").asText().equals("SchedulingGated")) {
                reason = "SchedulingGated";
            }
        }
        var initial = initial(pod);
        if (!initial.isEmpty()) {
            return pod.path("metadata").has("deletionTimestamp") ? "Terminating" : initial;
        }
        var running = false;
        var statuses = status.path("containerStatuses");
        // As upstream: the first container has the last word.
        for (int i = statuses.size() - 1; i >= 0; i--) {
            var container = statuses.path(i);
            var state = container.path("state");
            if (state.path("waiting").hasNonNull("reason")) {
                reason = state.path("waiting").path("reason").asText();
            } else if (state.path("terminated").hasNonNull("reason")) {
                reason = state.path("terminated").path("reason").asText();
            } else if (state.has("terminated")) {
                reason = ended(state.path("terminated"));
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
