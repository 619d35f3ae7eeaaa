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
    private boolean plain;
    private String text = "404 page not found\n";

    private Failure(ObjectNode status) {
        super(status.path("message").asText(), null, false, false);
        this.code = status.path("code").asInt();
        this.status = status;
    }

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

    /** An answer that somebody else has worded. */
    static Failure of(ObjectNode status) {
        return new Failure(status);
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
        return kind.isEmpty() ? details : details.put("kind", kind);
    }

    private static String qualified(ResourceType type) {
        return type.group().isEmpty() ? type.plural() : type.plural() + "." + type.group();
    }

    /** No such group: upstream's outermost server answers, in plain text. */
    static Failure noPath() {
        var failure = noResource();
        failure.plain = true;
        return failure;
    }

    /** No such document: an empty answer. */
    static Failure nothing() {
        var failure = noPath();
        failure.text = "";
        return failure;
    }

    boolean plain() {
        return plain;
    }

    String text() {
        return text;
    }

    /** No such path. */
    static Failure noResource() {
        return new Failure(404, "NotFound", "the server could not find the requested resource", details());
    }

    static Failure notFound(ResourceType type, String name) {
        return new Failure(404, "NotFound", qualified(type) + " \"" + name + "\" not found", details(name, type.group(), type.plural()));
    }

    /** An object of a core kind that a request needs besides its own. */
    static Failure missing(String plural, String name) {
        return new Failure(404, "NotFound", plural + " \"" + name + "\" not found", details(name, "", plural));
    }

    static Failure exists(ResourceType type, String name) {
        return new Failure(409, "AlreadyExists", qualified(type) + " \"" + name + "\" already exists", details(name, type.group(), type.plural()));
    }

    static Failure conflict(ResourceType type, String name, String why) {
        return new Failure(409, "Conflict",
                "Operation cannot be fulfilled on " + qualified(type) + " \"" + name + "\": " + why, details(name, type.group(), type.plural()));
    }

    /** Unlike other conflicts it names the kind, as upstream's store does. */
    static Failure precondition(ResourceType type, String name, String why) {
        var kind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
        return new Failure(409, "Conflict", "Operation cannot be fulfilled on " + kind + " \"" + name + "\": " + why, details(name, type.group(), type.kind()));
    }

    static Failure bound(String pod, String node) {
        return new Failure(409, "Conflict", "Operation cannot be fulfilled on pods/binding \"" + pod + "\": pod " + pod + " is already assigned to node \"" + node + "\"",
                details(pod, "", "pods/binding"));
    }

    /** The object that a token shall be bound to is another one. Upstream names its kind where others name the resource. */
    static Failure boundConflict(String kind, String name, String why) {
        return new Failure(409, "Conflict", "Operation cannot be fulfilled on " + kind + " \"" + name + "\": " + why, details(name, "", kind));
    }

    static Failure modified(ResourceType type, String name) {
        return conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");
    }

    static Failure invalid(ResourceType type, String name, List<Cause> causes) {
        // Events are kept in the core group, whose name has no group in it.
        return invalid(type.group().equals("events.k8s.io") ? "" : type.group(), type.kind(), name, causes);
    }

    static Failure invalid(String group, String kind, String name, List<Cause> causes) {
        var details = details(name, group, kind);
        causes(details, causes);
        return new Failure(422, "Invalid", (group.isEmpty() ? kind : kind + "." + group) + " \"" + name + "\" is invalid: " + Cause.text(causes), details);
    }

    /** A custom object that is to be replaced, without the version that is meant; unlike other faults it names the resource. */
    static Failure unversioned(ResourceType type, String name) {
        var details = details(name, type.group(), type.plural());
        var causes = List.of(new Cause("FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion"));
        causes(details, causes);
        return new Failure(422, "Invalid", qualified(type) + " \"" + name + "\" is invalid: " + Cause.text(causes), details);
    }

    /** A patch whose outcome is no object of the kind; upstream does not say which. */
    static Failure invalidPatch(List<Cause> causes) {
        var details = details();
        causes(details, causes);
        return new Failure(422, "Invalid", " \"\" is invalid: " + Cause.text(causes), details);
    }

    private static void causes(ObjectNode details, List<Cause> causes) {
        var list = details.putArray("causes");
        for (var cause : causes) {
            list.addObject().put("reason", cause.reason()).put("message", cause.message()).put("field", cause.field());
        }
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
                    .put("message", "conflict with " + one.owner())
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

    static Failure forbiddenPath(String message) {
        return new Failure(403, "Forbidden", message, details());
    }

    /** A verb that no subresource of the kind has. */
    static Failure unsupported(ResourceType type, String verb) {
        return new Failure(405, "MethodNotAllowed", verb + " is not supported on resources of kind \"" + qualified(type) + "\"", details("", type.group(), type.plural()));
    }

    static Failure method() {
        return new Failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details());
    }

    static Failure tooLarge(String message) {
        return new Failure(413, "RequestEntityTooLarge", message, null);
    }

    static Failure media(String accepted) {
        return media(accepted, details());
    }

    /** The same of a custom kind, which says no more. */
    static Failure customMedia(String accepted) {
        return media(accepted, null);
    }

    private static Failure media(String accepted, @Nullable ObjectNode details) {
        return new Failure(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: " + accepted, details);
    }

    static Failure notAcceptable(String message) {
        return new Failure(406, "NotAcceptable", message, message.startsWith("406") ? details() : null);
    }

    static Failure expired(String message) {
        return new Failure(410, "Expired", message, null);
    }

    static Failure tooNew(long asked, long newest) {
        var failure = new Failure(504, "Timeout", "Timeout: Too large resource version: " + asked + ", current: " + newest, details());
        ((ObjectNode) failure.status.path("details")).putArray("causes").addObject().put("reason", "ResourceVersionTooLarge").put("message", "Too large resource version");
        ((ObjectNode) failure.status.path("details")).put("retryAfterSeconds", 1);
        failure.retryAfter = 1;
        return failure;
    }

    static Failure budget(String message, String name, String why) {
        var details = details();
        details.putArray("causes").addObject().put("reason", "DisruptionBudget").put("message", why);
        return new Failure(429, "TooManyRequests", message, details);
    }

    static Failure timeout() {
        return new Failure(504, "Timeout", "Timeout: request did not complete within the allotted timeout", details());
    }

    static Failure busy(String message) {
        var failure = new Failure(429, "TooManyRequests", message, details());
        failure.retryAfter = 1;
        return failure;
    }

    /** Nothing was done; another try may do it. */
    static Failure unavailable(String message) {
        var failure = new Failure(503, "ServiceUnavailable", message, details());
        failure.retryAfter = 1;
        return failure;
    }

    static Failure internal(String message) {
        return new Failure(500, "InternalError", "Internal error occurred: " + message, null);
    }

    /** The same with its cause apart. */
    static Failure internalCaused(String message) {
        var details = details();
        details.putArray("causes").addObject().put("message", message);
        return new Failure(500, "InternalError", "Internal error occurred: " + message, details);
    }

    /** A fault that upstream does not foresee, told as it is. */
    static Failure internalPlain(String message) {
        return new Failure(500, "", message, null);
    }

    /** Admission or authorization says no to one object. */
    static Failure refused(ResourceType type, String name, String why) {
        return forbidden(qualified(type) + " \"" + name + "\" is forbidden: " + why, type.group(), type.plural(), name);
    }

    static Failure full(String message) {
        return new Failure(507, "InsufficientStorage", message, null);
    }
}
