package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The cells of a Job's line. */
final class JobCells {

    private JobCells() {}

    static @Nullable JsonNode of(String column, JsonNode job, Instant now) {
        var spec = job.path("spec");
        var status = job.path("status");
        return switch (column) {
            case "Status" -> TableCells.text(state(job));
            case "Completions" -> TableCells.text(completions(spec, status.path("succeeded").asInt()));
            case "Duration" -> TableCells.text(duration(status.path("startTime").asText(""), status.path("completionTime").asText(""), now));
            default -> null;
        };
    }

    private static String state(JsonNode job) {
        for (var type : new String[] {"Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"}) {
            for (var condition : job.path("status").path("conditions")) {
                if (condition.path("type").asText().equals(type) && condition.path("status").asText().equals("True")) {
                    return type;
                }
            }
        }
        return job.path("metadata").has("deletionTimestamp") ? "Terminating" : "Running";
    }

    private static String completions(JsonNode spec, int succeeded) {
        if (spec.has("completions")) {
            return succeeded + "/" + spec.path("completions").asInt();
        }
        var parallel = spec.path("parallelism").asInt();
        return parallel > 1 ? succeeded + "/1 of " + parallel : succeeded + "/1";
    }

    private static String duration(String start, String end, Instant now) {
        try {
            return start.isEmpty() ? "" : TableCells.human(Duration.between(Instant.parse(start), end.isEmpty() ? now : Instant.parse(end)));
        } catch (DateTimeException e) {
            return "<invalid>";
        }
    }
}
