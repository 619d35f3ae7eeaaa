package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Removes Events an hour after they were written last. Nobody watches them for this: it looks a page at a time, every few minutes. */
final class OldEvents implements Controller {

    private static final Duration LIFE = Duration.ofHours(1);
    private static final Duration PERIOD = Duration.ofMinutes(5);
    private static final int PAGE = 200;
    private static final String KEY = "all";

    private final Writer writer;
    private final ControllersConfig config;
    private final ControlLoop loop;

    OldEvents(Writer writer, ControllersConfig config) {
        this.writer = writer;
        this.config = config;
        this.loop = new ControlLoop("oldevents", 1, this::reconcile);
        loop.add(KEY);
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) throws InterruptedException {
        var end = config.clock().instant().minus(LIFE);
        var next = "";
        do {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            var body = writer.client().raw("/api/v1/events?limit=" + PAGE + (next.isEmpty() ? "" : "&continue=" + java.net.URLEncoder.encode(next, java.nio.charset.StandardCharsets.UTF_8)));
            var page = writer.client().getKubernetesSerialization().unmarshal(body == null ? "{}" : body, JsonNode.class);
            for (var event : page.path("items")) {
                if (lastWritten(event).isBefore(end)) {
                    delete(event.path("metadata"));
                }
            }
            next = page.path("metadata").path("continue").asText("");
        } while (!next.isEmpty());
        return Optional.of(PERIOD);
    }

    private void delete(JsonNode metadata) {
        try {
            writer.delete("/api/v1/namespaces/" + metadata.path("namespace").asText() + "/events/" + metadata.path("name").asText(), metadata.path("uid").asText(), "Background");
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
                throw e;
            }
        }
    }

    private static Instant lastWritten(JsonNode event) {
        var last = time(event.path("metadata").path("creationTimestamp"));
        for (var field : event.path("metadata").path("managedFields")) {
            last = later(last, time(field.path("time")));
        }
        last = later(last, time(event.path("lastTimestamp")));
        return later(last, time(event.path("series").path("lastObservedTime")));
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant time(JsonNode text) {
        try {
            return text.isTextual() ? Instant.parse(text.asText()) : Instant.EPOCH;
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
