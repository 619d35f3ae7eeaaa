package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is gathered of one request on its way, for the audit log. */
final class AuditRecord {

    static final String ID = "Audit-Id";
    private static final int NANOS_A_MICRO = 1_000;
    private static final int SECOND_DIGITS = 20;
    private static final java.util.regex.Pattern NAMED = java.util.regex.Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final int MAX_BODY = 64 * 1024;
    private static final int MAX_TEXT = 2_048;

    private final AuditLog log;
    private final InstantSource clock;
    private final ServerRequest request;
    private final Access access;
    private final AuditPolicy.Verdict verdict;
    private final String id;
    private final Instant received;
    private final User user;
    private final ObjectNode annotations = JsonNodeFactory.instance.objectNode();
    private @Nullable User played;
    private byte @Nullable [] sent;
    private @Nullable JsonNode answered;
    private boolean truncated;

    AuditRecord(AuditLog log, InstantSource clock, ServerRequest request, Access access, User user, AuditPolicy.Verdict verdict) {
        this.log = log;
        this.clock = clock;
        this.request = request;
        this.access = access;
        this.user = user;
        this.verdict = verdict;
        this.received = clock.instant();
        var asked = request.headers().first(HeaderNames.create(ID)).orElse("");
        this.id = !asked.isEmpty() && NAMED.matcher(asked).matches() ? asked : UUID.randomUUID().toString();
    }

    String id() {
        return id;
    }

    void plays(User other) {
        played = other;
    }

    void annotate(String key, String value) {
        annotations.put(key, value);
    }

    /** The bytes that the client sent. */
    void sent(byte[] bytes) {
        if (verdict.level().compareTo(AuditPolicy.Level.REQUEST) >= 0) {
            truncated |= bytes.length > MAX_BODY;
            sent = bytes.length > MAX_BODY ? null : bytes;
        }
    }

    /** What the client is told. */
    void answered(JsonNode body) {
        if (keepsAnswer()) {
            answered = body;
        }
    }

    /** The same, as JSON. */
    void answered(byte[] json) {
        if (keepsAnswer()) {
            answered = Bodies.stored(json);
        }
    }

    boolean keepsAnswer() {
        return verdict.level() == AuditPolicy.Level.REQUEST_RESPONSE;
    }

    void stage(String stage, int code, @Nullable Failure failure) {
        if (verdict.level() == AuditPolicy.Level.NONE || verdict.omitted().contains(stage)) {
            return;
        }
        var event = JsonNodeFactory.instance.objectNode().put("kind", "Event").put("apiVersion", "audit.k8s.io/v1")
                .put("level", verdict.level().text).put("auditID", id).put("stage", stage)
                .put("requestURI", cut(request.path().rawPath() + (request.query().isEmpty() ? "" : "?" + request.query().rawValue()))).put("verb", access.verb());
        event.set("user", describe(user));
        if (played != null) {
            event.set("impersonatedUser", describe(played));
        }
        event.putArray("sourceIPs").add(request.remotePeer().host());
        request.headers().first(HeaderNames.USER_AGENT).ifPresent(a -> event.put("userAgent", cut(a)));
        if (access.path().isEmpty()) {
            event.set("objectRef", object());
        }
        if (code > 0) {
            event.set("responseStatus", status(code, failure));
        }
        if (!stage.equals("RequestReceived")) {
            bodies(event);
        }
        event.put("requestReceivedTimestamp", time(received)).put("stageTimestamp", time(clock.instant()));
        log.write(event, annotations.deepCopy());
    }

    /** With six digits behind the point, as the API's times of this kind have. A formatter of patterns would cost more than the rest of the event. */
    static String time(Instant instant) {
        var text = new StringBuilder(32).append(instant.truncatedTo(ChronoUnit.SECONDS)).insert(SECOND_DIGITS - 1, '.');
        var micros = Integer.toString(1_000_000 + instant.getNano() / NANOS_A_MICRO);
        return text.insert(SECOND_DIGITS, micros, 1, micros.length()).toString();
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }

    private ObjectNode object() {
        var object = JsonNodeFactory.instance.objectNode().put("resource", access.resource());
        put(object, "namespace", access.namespace());
        put(object, "name", access.name());
        put(object, "apiGroup", access.group());
        put(object, "apiVersion", access.version());
        put(object, "subresource", access.subresource());
        return object;
    }

    private static void put(ObjectNode object, String member, String text) {
        if (!text.isEmpty()) {
            object.put(member, text);
        }
    }

    private static ObjectNode status(int code, @Nullable Failure failure) {
        var status = JsonNodeFactory.instance.objectNode();
        status.putObject("metadata");
        if (failure != null) {
            for (var member : List.of("status", "message", "reason")) {
                if (failure.status().has(member)) {
                    status.put(member, cut(failure.status().path(member).asText()));
                }
            }
        }
        return status.put("code", code);
    }

    private void bodies(ObjectNode event) {
        if (sent != null && sent.length > 0) {
            var body = parse(sent);
            if (body != null) {
                event.set("requestObject", verdict.withoutManagedFields() ? bare(body) : body);
            }
        }
        if (answered != null) {
            var bytes = Bodies.write(answered);
            truncated |= bytes.length > MAX_BODY;
            if (bytes.length <= MAX_BODY) {
                event.set("responseObject", verdict.withoutManagedFields() ? bare(answered) : answered);
            }
        }
        if (truncated) {
            annotations.put("audit.k8s.io/truncated", "true");
        }
    }

    private @Nullable JsonNode parse(byte[] bytes) {
        try {
            var media = Bodies.mediaType(request);
            return media.equals(Bodies.PROTOBUF) ? Bodies.protobuf(bytes) : media.endsWith("yaml") ? Yamls.read(bytes, "").node() : Bodies.JSON.readTree(bytes);
        } catch (IOException | Failure e) {
            // What cannot be read is answered with a fault, which the status tells.
            return null;
        }
    }

    private static JsonNode bare(JsonNode body) {
        var copy = body.deepCopy();
        for (var item : copy.path("items")) {
            strip(item);
        }
        strip(copy);
        return copy;
    }

    private static void strip(JsonNode object) {
        if (object.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
    }

    private static ObjectNode describe(User user) {
        var info = JsonNodeFactory.instance.objectNode().put("username", user.name());
        put(info, "uid", user.uid());
        user.groups().forEach(info.withArray("groups")::add);
        user.extra().forEach((key, values) -> values.forEach(info.withObjectProperty("extra").withArrayProperty(key)::add));
        return info;
    }
}
