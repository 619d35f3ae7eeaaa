package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The cells of an Event's line, of the old group and the new. */
final class EventCells {

    private EventCells() {}

    static @Nullable JsonNode of(String column, JsonNode event, Instant now) {
        var object = event.has("regarding") ? event.path("regarding") : event.path("involvedObject");
        return switch (column) {
            case "Last Seen" -> TableCells.text(since(event, now, "series.lastObservedTime", "lastTimestamp", "deprecatedLastTimestamp", "eventTime"));
            case "First Seen" -> TableCells.text(since(event, now, "firstTimestamp", "deprecatedFirstTimestamp", "eventTime"));
            case "Type" -> event.path("type");
            case "Reason" -> event.path("reason");
            case "Object" -> TableCells.text(object.path("kind").asText().toLowerCase(Locale.ROOT) + "/" + object.path("name").asText());
            case "Subobject" -> TableCells.text(object.path("fieldPath").asText(""));
            case "Source" -> TableCells.text(source(event));
            case "Message" -> TableCells.text(event.path("message").asText(event.path("note").asText("")).strip());
            case "Count" -> TableCells.number(count(event));
            default -> null;
        };
    }

    private static long count(JsonNode event) {
        if (event.path("series").has("count")) {
            return event.path("series").path("count").asLong();
        }
        var count = event.path("count").asLong(event.path("deprecatedCount").asLong());
        return count == 0 ? 1 : count;
    }

    private static String since(JsonNode event, Instant now, String... paths) {
        for (var path : paths) {
            var time = CellRules.find(event, path).asText("");
            if (!time.isEmpty()) {
                return TableCells.since(time, now);
            }
        }
        return TableCells.since("", now);
    }

    private static String source(JsonNode event) {
        var source = event.has("deprecatedSource") ? event.path("deprecatedSource") : event.path("source");
        var component = source.path("component").asText("");
        component = component.isEmpty() ? event.path("reportingComponent").asText(event.path("reportingController").asText("")) : component;
        var host = source.path("host").asText("");
        return host.isEmpty() ? component : component + ", " + host;
    }
}
