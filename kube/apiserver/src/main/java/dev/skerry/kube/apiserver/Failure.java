package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer other than success, as a Kubernetes {@code Status}. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final int code;
    private final transient ObjectNode status;
    private int retryAfter;

    private Failure(int code, String reason, String message, @Nullable ObjectNode details) {
        super(message, null, false, false);
        this.code = code;
        var body = JsonNodeFactory.instance.objectNode();
        body.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
        body.put("status", "Failure").put("message", message);
        if (!reason.isEmpty()) {
            body.put("reason", reason);
        }
        if (details != null) {
            body.set("details", details);
        }
        body.put("code", code);
        this.status = body;
    }

    int code() {
        return code;
    }

    int retryAfter() {
        return retryAfter;
    }

    ObjectNode status() {
        return status;
    }

    private static ObjectNode details() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode details(String name, String group, String kind) {
        var details = details();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!group.isEmpty()) {
            details.put("group", group);
        }
        return details.put("kind", kind);
    }

    private static String qualified(ResourceType type) {
        return type.group().isEmpty() ? type.plural() : type.plural() + "." + type.group();
    }

    /** No such path. */
    static Failure noResource() {
        return new Failure(404, "NotFound", "the server could not find the requested resource", details());
    }

    static Failure notFound(ResourceType type, String name) {
        return new Failure(404, "NotFound", qualified(type) + " \"" + name + "\" not found", details(name, type.group(), type.plural()));
    }

    static Failure namespaceMissing(String name) {
        return new Failure(404, "NotFound", "namespaces \"" + name + "\" not found", details(name, "", "namespaces"));
    }

    static Failure exists(ResourceType type, String name) {
        return new Failure(409, "AlreadyExists", qualified(type) + " \"" + name + "\" already exists", details(name, type.group(), type.plural()));
    }

    static Failure conflict(ResourceType type, String name, String why) {
        return new Failure(409, "Conflict",
                "Operation cannot be fulfilled on " + qualified(type) + " \"" + name + "\": " + why, details(name, type.group(), type.plural()));
    }

    static Failure modified(ResourceType type, String name) {
        return conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");
    }

    static Failure invalid(ResourceType type, String name, List<Cause> causes) {
        var details = details(name, type.group(), type.kind());
        var list = details.putArray("causes");
        for (var cause : causes) {
            list.addObject().put("reason", cause.reason()).put("message", cause.message()).put("field", cause.field());
        }
        var kind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
        return new Failure(422, "Invalid", kind + " \"" + name + "\" is invalid: " + Cause.text(causes), details);
    }

    static Failure unprocessable(String message) {
        return new Failure(422, "Invalid", message, details());
    }

    static Failure applyConflict(dev.skerry.kube.schema.ApplyConflictException conflict) {
        var details = details();
        var causes = details.putArray("causes");
        for (var one : conflict.conflicts()) {
            causes.addObject()
                    .put("reason", "FieldManagerConflict")
                    .put("message", "conflict with \"" + one.manager() + "\"" + (one.subresource().isEmpty() ? "" : " with subresource \"" + one.subresource() + "\"")
                            + (one.operation().equals("Update") ? " using " + one.apiVersion() + " at " + one.time() : ""))
                    .put("field", one.field());
        }
        return new Failure(409, "Conflict", conflict.getMessage() == null ? "Apply failed" : conflict.getMessage(), details);
    }

    static Failure badRequest(String message) {
        return new Failure(400, "BadRequest", message, null);
    }

    static Failure unauthorized() {
        return new Failure(401, "Unauthorized", "Unauthorized", null);
    }

    static Failure forbidden(String message, String group, String kind, String name) {
        return new Failure(403, "Forbidden", message, details(name, group, kind));
    }

    static Failure method() {
        return new Failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details());
    }

    static Failure tooLarge(long limit) {
        return new Failure(413, "RequestEntityTooLarge", "Request entity too large: limit is " + limit, details());
    }

    static Failure media(String given, String accepted) {
        return new Failure(415, "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: " + accepted, details());
    }

    static Failure expired(String message) {
        return new Failure(410, "Expired", message, null);
    }

    static Failure tooNew(long asked, long newest) {
        var failure = new Failure(504, "Timeout", "Too large resource version: " + asked + ", current: " + newest, details().put("retryAfterSeconds", 1));
        failure.retryAfter = 1;
        return failure;
    }

    static Failure busy(String message) {
        var failure = new Failure(429, "TooManyRequests", message, details());
        failure.retryAfter = 1;
        return failure;
    }

    static Failure internal(String message) {
        return new Failure(500, "InternalError", "Internal error occurred: " + message, null);
    }

    static Failure full(String message) {
        return new Failure(507, "InsufficientStorage", message, null);
    }
}
