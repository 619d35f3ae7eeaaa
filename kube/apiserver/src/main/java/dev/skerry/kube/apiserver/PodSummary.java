package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.stream.StreamSupport;

/**
 * What a line of text says of a Pod, as kubectl's users know it.
 *
 * @param ready such as {@code 1/2}; sidecars count
 * @param status a phase, a reason of a container or of the Pod, or how far its initialization is
 * @param restarts of the containers that are in question now
 * @param lastRestart when the newest run of one of them ended, or empty
 */
record PodSummary(String ready, String status, int restarts, String lastRestart) {

    static PodSummary of(JsonNode pod) {
        return new Look(pod).summary();
    }

    private static final class Look {
        private final JsonNode pod;
        private final JsonNode status;
        private final HashMap<String, Boolean> sidecars = new HashMap<>();
        private String reason;
        private int ready;
        private int restarts;
        private String last = "";

        Look(JsonNode pod) {
            this.pod = pod;
            this.status = pod.path("status");
            this.reason = status.path("reason").asText(status.path("phase").asText("Unknown"));
            pod.path("spec").path("initContainers").forEach(c -> sidecars.put(c.path("name").asText(), c.path("restartPolicy").asText().equals("Always")));
        }

        PodSummary summary() {
            for (var condition : status.path("conditions")) {
                if (condition.path("type").asText().equals("PodScheduled") && condition.path("reason").asText().equals("SchedulingGated")) {
                    reason = "SchedulingGated";
                }
            }
            boolean initializing = initializing();
            if (!initializing || holds("Initialized")) {
                sidecarsOnly();
                containers();
            }
            if (pod.path("metadata").has("deletionTimestamp")) {
                var phase = status.path("phase").asText();
                if (status.path("reason").asText().equals("NodeLost")) {
                    reason = "Unknown";
                } else if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
                    reason = "Terminating";
                }
            }
            var all = pod.path("spec").path("containers").size() + (int) sidecars.values().stream().filter(s -> s).count();
            return new PodSummary(ready + "/" + all, reason, restarts, last);
        }

        private boolean holds(String type) {
            return StreamSupport.stream(status.path("conditions").spliterator(), false)
                    .anyMatch(c -> c.path("type").asText().equals(type) && c.path("status").asText().equals("True"));
        }

        /** Whether a container that must end, or start, before the others has not. */
        private boolean initializing() {
            int i = 0;
            for (var container : status.path("initContainerStatuses")) {
                count(container);
                var state = container.path("state");
                var terminated = state.path("terminated");
                var waiting = state.path("waiting").path("reason").asText("");
                if (state.has("terminated") && terminated.path("exitCode").asInt() == 0) {
                    i++;
                    continue;
                }
                if (sidecar(container) && container.path("started").asBoolean()) {
                    ready += container.path("ready").asBoolean() ? 1 : 0;
                    i++;
                    continue;
                }
                if (state.has("terminated")) {
                    reason = "Init:" + ended(terminated);
                } else if (!waiting.isEmpty() && !waiting.equals("PodInitializing")) {
                    reason = "Init:" + waiting;
                } else {
                    reason = "Init:" + i + "/" + pod.path("spec").path("initContainers").size();
                }
                return true;
            }
            return false;
        }

        private boolean sidecar(JsonNode container) {
            return sidecars.getOrDefault(container.path("name").asText(), false);
        }

        private void sidecarsOnly() {
            restarts = 0;
            last = "";
            status.path("initContainerStatuses").forEach(c -> {
                if (sidecar(c)) {
                    count(c);
                }
            });
        }

        private void containers() {
            var statuses = status.path("containerStatuses");
            boolean running = false;
            // The first container has the last word.
            for (int i = statuses.size() - 1; i >= 0; i--) {
                var container = statuses.path(i);
                var state = container.path("state");
                count(container);
                if (state.path("waiting").hasNonNull("reason")) {
                    reason = state.path("waiting").path("reason").asText();
                } else if (state.has("terminated")) {
                    reason = ended(state.path("terminated"));
                } else if (container.path("ready").asBoolean() && state.has("running")) {
                    running = true;
                    ready++;
                }
            }
            if (reason.equals("Completed") && running) {
                reason = holds("Ready") ? "Running" : "NotReady";
            }
        }

        private void count(JsonNode container) {
            restarts += container.path("restartCount").asInt();
            var finished = container.path("lastState").path("terminated").path("finishedAt").asText("");
            last = finished.compareTo(last) > 0 ? finished : last;
        }

        private static String ended(JsonNode terminated) {
            var said = terminated.path("reason").asText("");
            return !said.isEmpty() ? said
                    : terminated.path("signal").asInt() != 0 ? "Signal:" + terminated.path("signal").asInt() : "ExitCode:" + terminated.path("exitCode").asInt();
        }
    }
}
