package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The form that the client asked for: the object itself, a table of it, or its metadata only. */
final class Tables {

    private final TableCells cells;

    Tables(TableCells cells) {
        this.cells = cells;
    }

    /** One object, or an item of a stream; {@code head} says whether a table carries its column definitions. */
    JsonNode render(Call call, ObjectNode object, boolean head) {
        return switch (form(call)) {
            case "Table" -> table(call, List.of(object), object.path("metadata"), head);
            case "PartialObjectMetadata" -> partial(call, object);
            default -> object;
        };
    }

    JsonNode renderList(Call call, Lists.Page page) {
        return switch (form(call)) {
            case "Table" -> {
                var meta = JsonNodeFactory.instance.objectNode();
                Lists.meta(meta, page);
                yield table(call, page.items(), meta.path("metadata"), true);
            }
            case "PartialObjectMetadataList" -> {
                var list = JsonNodeFactory.instance.objectNode();
                list.put("kind", "PartialObjectMetadataList").put("apiVersion", version(call));
                Lists.meta(list, page);
                var items = list.putArray("items");
                page.items().forEach(i -> items.add(partial(call, i)));
                yield list;
            }
            default -> Lists.body(call.type(), page);
        };
    }

    /** Of the form itself: {@code meta.k8s.io/v1} or the older one that the client named. */
    private static String version(Call call) {
        var form = Form.find(call.accept(), !call.type().custom());
        return "meta.k8s.io/" + (form == null || form.version().isEmpty() ? "v1" : form.version());
    }

    private static String form(Call call) {
        var form = Form.find(call.accept(), !call.type().custom());
        return form == null ? "" : form.as();
    }

    /** Whether the client wants the object itself, in JSON. */
    static boolean plain(Call call) {
        var form = Form.find(call.accept(), !call.type().custom());
        return form != null && form.as().isEmpty() && form.media().equals(Form.JSON);
    }

    /** A list cannot be shown as one object's metadata, nor one object as a list. */
    static void check(Call call, boolean list) throws Failure {
        var as = Form.of(call.accept(), !call.type().custom()).as();
        var type = "*" + (call.type().custom() ? "unstructured.Unstructured" : (call.type().group().isEmpty() ? "core" : call.type().group().replaceFirst("\\..*", "")) + "." + call.type().kind());
        if (list && as.equals("PartialObjectMetadata")) {
            throw Failure.notAcceptable("you requested PartialObjectMetadata, but the requested object is a list (" + type + "List)");
        }
        if (!list && as.equals("PartialObjectMetadataList")) {
            throw Failure.notAcceptable("you requested PartialObjectMetadataList, but the requested object is not a list (" + type + ")");
        }
    }

    private static ObjectNode partial(Call call, ObjectNode object) {
        var partial = JsonNodeFactory.instance.objectNode();
        var metadata = object.path("metadata").deepCopy();
        if (call.type().kind().equals("DaemonSet") && !call.type().custom() && metadata.path("annotations") instanceof ObjectNode annotations) {
            // As upstream: this one is made from the spec, which is not looked at here.
            annotations.remove("deprecated.daemonset.template.generation");
            if (annotations.isEmpty()) {
                ((ObjectNode) metadata).remove("annotations");
            }
        }
        partial.put("kind", "PartialObjectMetadata").put("apiVersion", version(call)).set("metadata", metadata);
        return partial;
    }

    private ObjectNode table(Call call, List<ObjectNode> objects, JsonNode meta, boolean head) {
        var table = JsonNodeFactory.instance.objectNode();
        table.put("kind", "Table").put("apiVersion", version(call));
        var metadata = table.putObject("metadata");
        for (var field : List.of("resourceVersion", "continue", "remainingItemCount")) {
            if (meta.has(field)) {
                metadata.set(field, meta.get(field));
            }
        }
        if (head) {
            table.set("columnDefinitions", cells.columns(call.type()));
        } else {
            table.putNull("columnDefinitions");
        }
        var rows = table.putArray("rows");
        for (var object : objects) {
            var row = rows.addObject();
            ArrayNode line = cells.of(call.type(), object);
            row.set("cells", line);
            switch (call.query("includeObject")) {
                case "None" -> row.putNull("object");
                case "Object" -> row.set("object", object);
                default -> row.set("object", partial(call, object));
            }
            if (call.type().kind().equals("Pod") && !call.type().custom()) {
                PodCells.conditions(row, object);
            }
        }
        return table;
    }
}
