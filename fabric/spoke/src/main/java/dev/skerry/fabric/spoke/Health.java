package dev.skerry.fabric.spoke;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** How an object does, by what its own controller says of it. Looks at nothing but the object. */
record Health(State state, String message) {

    enum State {
        HEALTHY,
        PROGRESSING,
        FAILED
    }

    private static final Health HEALTHY = new Health(State.HEALTHY, "");
    private static final Set<String> GOOD = Set.of("Online", "Running", "Ready", "Ok", "Active", "Paused");
    private static final Set<String> BAD = Set.of("Rejected", "Lost", "Failed");
    private static final Set<String> TELLING = Set.of("Device", "Rule", "App");

    static Health of(JsonNode object) {
        return switch (object.path("kind").asText()) {
            case "Deployment" -> replicas(object, "updatedReplicas", "availableReplicas");
            case "StatefulSet", "ReplicaSet" -> replicas(object, "replicas", "readyReplicas");
            case "DaemonSet" -> daemons(object);
            case "Pod" -> pod(object);
            case "Job" -> job(object);
            default -> object.path("apiVersion").asText().startsWith("skerry.dev/") ? told(object) : HEALTHY;
        };
    }

    private static boolean unseen(JsonNode object) {
        return object.path("status").path("observedGeneration").asLong(0) < object.path("metadata").path("generation").asLong(0);
    }

    private static Health progressing(String message) {
        return new Health(State.PROGRESSING, message);
    }

    private static Health replicas(JsonNode object, String updated, String ready) {
        JsonNode status = object.path("status");
        int wanted = object.path("spec").path("replicas").asInt(1);
        for (JsonNode c : status.path("conditions")) {
            if (c.path("type").asText().equals("Progressing") && c.path("status").asText().equals("False")) {
                return new Health(State.FAILED, c.path("message").asText());
            }
        }
        int now = status.path(ready).asInt();
        return unseen(object) || status.path(updated).asInt() < wanted || now < wanted
                ? progressing(now + " of " + wanted + " replicas are available")
                : HEALTHY;
    }

    private static Health daemons(JsonNode object) {
        JsonNode status = object.path("status");
        int wanted = status.path("desiredNumberScheduled").asInt();
        int now = status.path("numberReady").asInt();
        return unseen(object) || now < wanted ? progressing(now + " of " + wanted + " nodes are ready") : HEALTHY;
    }

    private static Health pod(JsonNode object) {
        JsonNode status = object.path("status");
        String phase = status.path("phase").asText("Pending");
        boolean ready = false;
        for (JsonNode c : status.path("conditions")) {
            ready |= c.path("type").asText().equals("Ready") && c.path("status").asText().equals("True");
        }
        return switch (phase) {
            case "Succeeded" -> HEALTHY;
            case "Failed" -> new Health(State.FAILED, status.path("message").asText("the Pod failed"));
            default -> ready ? HEALTHY : progressing(status.path("message").asText("the Pod is " + phase + " and not ready"));
        };
    }

    private static Health job(JsonNode object) {
        for (JsonNode c : object.path("status").path("conditions")) {
            if (c.path("status").asText().equals("True")) {
                switch (c.path("type").asText()) {
                    case "Complete" -> {
                        return HEALTHY;
                    }
                    case "Failed" -> {
                        return new Health(State.FAILED, c.path("message").asText());
                    }
                    default -> {
                        // Other conditions say nothing of the end.
                    }
                }
            }
        }
        return progressing("the Job runs");
    }

    private static Health told(JsonNode object) {
        JsonNode status = object.path("status");
        String state = status.path("state").asText();
        String message = status.path("message").asText();
        String said = message.isEmpty() ? state : state + ": " + message;
        if (status.has("observedGeneration") && unseen(object)) {
            return progressing("not seen by its controller");
        }
        if (BAD.contains(state)) {
            return new Health(State.FAILED, said);
        }
        if (GOOD.contains(state) || state.isEmpty() && !TELLING.contains(object.path("kind").asText())) {
            return HEALTHY;
        }
        return progressing(state.isEmpty() ? "no status yet" : said);
    }
}
