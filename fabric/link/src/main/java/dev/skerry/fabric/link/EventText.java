package dev.skerry.fabric.link;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.data.EventLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;

/** An event on the line: JSON, without its sequence, which the entry has. */
final class EventText {

    private static final ObjectMapper JSON = new ObjectMapper();

    private EventText() {}

    static byte[] bytes(EventLog.Event event) {
        ObjectNode text = JSON.createObjectNode()
                .put("time", event.time().toString())
                .put("kind", event.kind())
                .put("severity", event.severity())
                .put("site", event.site())
                .put("subject", event.subject())
                .put("message", event.message());
        ObjectNode fields = text.putObject("fields");
        event.fields().forEach(fields::put);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static EventLog.Event parse(long sequence, byte[] payload) throws IOException, LinkException {
        JsonNode text = JSON.readTree(payload);
        var fields = new LinkedHashMap<String, String>();
        text.path("fields").properties().forEach(f -> fields.put(f.getKey(), f.getValue().asText()));
        try {
            return new EventLog.Event(sequence, Instant.parse(text.path("time").asText()), text.path("kind").asText(),
                    text.path("severity").asText(), text.path("site").asText(), text.path("subject").asText(),
                    text.path("message").asText(), fields);
        } catch (DateTimeException e) {
            throw new LinkException("event " + sequence + ".time: " + text.path("time").asText() + " (expected: RFC 3339)");
        }
    }
}
