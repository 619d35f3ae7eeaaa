package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import java.util.List;

/** Admission says no. It carries the whole answer. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient ObjectNode status;

    RefusedException(ObjectNode status) {
        super(status.path("message").asText(), null, false, false);
        this.status = status;
    }

    /** A Kubernetes {@code Status} with a code. */
    public ObjectNode status() {
        return status;
    }

    ObjectNode details() {
        return (ObjectNode) status.path("details");
    }

    static ObjectNode status(int code, String reason, String message) {
        var status = JsonNodeFactory.instance.objectNode().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", message);
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        return status.put("code", code);
    }

    /** The usual refusal of one object. */
    static RefusedException forbidden(Attributes attributes, String why) {
        return refused(attributes, 403, "Forbidden", why);
    }

    /** The same words with another code. */
    static RefusedException refused(Attributes attributes, int code, String reason, String why) {
        var resource = attributes.resource();
        var name = attributes.shownName();
        var status = status(code, reason, resource.qualified() + " \"" + name + "\" is forbidden: " + why);
        details(status, name, resource.gvk().group(), resource.plural());
        return new RefusedException(status);
    }

    /** Policies that mutate say no in words of their own. */
    static RefusedException denied(Attributes attributes, List<String> messages) {
        var resource = attributes.resource();
        var status = status(403, "Invalid", messages.getFirst());
        var causes = details(status, attributes.shownName(), resource.gvk().group(), resource.plural()).putArray("causes");
        messages.forEach(m -> causes.addObject().put("message", m));
        return new RefusedException(status);
    }

    static RefusedException invalid(Attributes attributes, List<Cause> causes) {
        var kind = attributes.resource().gvk();
        var name = attributes.shownName();
        var status = status(422, "Invalid", (kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group()) + " \"" + name + "\" is invalid: " + Cause.text(causes));
        var list = details(status, name, kind.group(), kind.kind()).putArray("causes");
        causes.forEach(c -> list.addObject().put("reason", c.reason()).put("message", c.message()).put("field", c.field()));
        return new RefusedException(status);
    }

    static RefusedException notFound(String plural, String name) {
        var status = status(404, "NotFound", plural + " \"" + name + "\" not found");
        details(status, name, "", plural);
        return new RefusedException(status);
    }

    static RefusedException badRequest(String message) {
        return new RefusedException(status(400, "BadRequest", message));
    }

    /** A fault on our side or a webhook's. */
    static RefusedException internal(String message) {
        var status = status(500, "InternalError", "Internal error occurred: " + message);
        status.putObject("details").putArray("causes").addObject().put("message", message);
        return new RefusedException(status);
    }

    private static ObjectNode details(ObjectNode status, String name, String group, String kind) {
        var code = status.remove("code");
        var details = status.putObject("details");
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!group.isEmpty()) {
            details.put("group", group);
        }
        status.set("code", code);
        return details.put("kind", kind);
    }
}
