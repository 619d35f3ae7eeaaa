package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;

/** What stands in the cells of {@code kubectl get}. */
final class TableCells {

    private final InstantSource clock;

    TableCells(InstantSource clock) {
        this.clock = clock;
    }

    ArrayNode columns(ResourceType type) {
        var columns = JsonNodeFactory.instance.arrayNode();
        if (!type.custom() && !type.columns().isEmpty()) {
            type.columns().forEach(c -> columns.add(((ObjectNode) c.deepCopy()).put("description", c.path("description").asText(""))));
            return columns;
        }
        column(columns, "Name", "string", "name", 0);
        for (var column : type.columns()) {
            column(columns, column.path("name").asText(), column.path("type").asText("string"), column.path("format").asText(""), column.path("priority").asInt());
        }
        if (type.columns().isEmpty()) {
            column(columns, "Age", "date", "", 0);
        }
        return columns;
    }

    private static void column(ArrayNode columns, String name, String type, String format, int priority) {
        columns.addObject().put("name", name).put("type", type).put("format", format).put("description", "").put("priority", priority);
    }

    ArrayNode of(ResourceType type, ObjectNode object) {
        var cells = JsonNodeFactory.instance.arrayNode();
        if (type.custom() || type.columns().isEmpty()) {
            cells.add(object.path("metadata").path("name").asText());
            for (var column : type.columns()) {
                cells.add(custom(column, JsonPaths.find(object, column.path("jsonPath").asText())));
            }
            if (type.columns().isEmpty()) {
                cells.add(age(object));
            }
            return cells;
        }
        for (var column : type.columns()) {
            cells.add(cell(type, column.path("name").asText(), object));
        }
        return cells;
    }

    private JsonNode custom(JsonNode column, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return NullNode.getInstance();
        }
        return switch (column.path("type").asText()) {
            case "date" -> new TextNode(since(value.asText()));
            case "integer" -> value.isIntegralNumber() ? value : value.isNumber() ? number(value) : NullNode.getInstance();
            case "number" -> value.isNumber() ? value : NullNode.getInstance();
            case "boolean" -> value.isBoolean() ? value : NullNode.getInstance();
            case "string" -> value.isValueNode() ? new TextNode(value.asText()) : new TextNode(value.toString());
            default -> value;
        };
    }

    private JsonNode cell(ResourceType type, String column, ObjectNode o) {
        var spec = o.path("spec");
        var special = switch (type.kind()) {
            case "Pod" -> PodCells.of(column, o, clock.instant());
            case "Node" -> NodeCells.of(column, o);
            case "Event" -> EventCells.of(column, o, clock.instant());
            case "Job" -> JobCells.of(column, o, clock.instant());
            case "Service" -> switch (column) {
                case "Type" -> spec.path("type");
                case "Cluster-IP" -> text(spec.path("clusterIP").asText("<none>"));
                case "External-IP" -> text(external(spec, o.path("status").path("loadBalancer").path("ingress")));
                case "Port(s)" -> text(ports(spec.path("ports")));
                case "Selector" -> text(labels(spec.path("selector")));
                default -> null;
            };
            case "APIService" -> switch (column) {
                case "Service" -> text(spec.has("service") ? spec.path("service").path("namespace").asText() + "/" + spec.path("service").path("name").asText() : "Local");
                case "Available" -> text(available(o.path("status").path("conditions")));
                default -> null;
            };
            case "ResourceQuota" -> switch (column) {
                case "Request" -> text(quota(o.path("status"), false));
                case "Limit" -> text(quota(o.path("status"), true));
                default -> null;
            };
            case "HorizontalPodAutoscaler" -> column.equals("Targets") ? text(targets(spec.path("metrics"), o.path("status").path("currentMetrics"))) : null;
            default -> null;
        };
        if (special == null) {
            special = CellRules.of(type.kind(), column, o, clock.instant());
        }
        if (special == null) {
            special = template(column, o);
        }
        if (special != null && !special.isMissingNode()) {
            return special;
        }
        return switch (column) {
            case "Name" -> o.path("metadata").path("name");
            case "Age" -> text(age(o));
            default -> text("<none>");
        };
    }

    private static @org.jspecify.annotations.Nullable JsonNode template(String column, JsonNode o) {
        return switch (column) {
            case "Containers" -> text(names(o.path("spec").path("template").path("spec").path("containers"), "name"));
            case "Images" -> text(names(o.path("spec").path("template").path("spec").path("containers"), "image"));
            case "Selector" -> text(labels(o.path("spec").path("selector").path("matchLabels")));
            default -> null;
        };
    }

    /** Lines of a quota, used and hard: those of limits, or the others. */
    private static String quota(JsonNode status, boolean limits) {
        var lines = new java.util.TreeMap<String, String>();
        status.path("hard").properties().forEach(e -> {
            if (e.getKey().startsWith("limits.") == limits) {
                lines.put(e.getKey(), e.getKey() + ": " + status.path("used").path(e.getKey()).asText("0") + "/" + e.getValue().asText());
            }
        });
        return String.join(", ", lines.values());
    }

    static String names(JsonNode list, String field) {
        var names = new ArrayList<String>();
        list.forEach(c -> names.add(c.path(field).asText()));
        return String.join(",", names);
    }

    static String labels(JsonNode labels) {
        var texts = new ArrayList<String>();
        labels.properties().forEach(e -> texts.add(e.getKey() + "=" + e.getValue().asText()));
        texts.sort(null);
        return texts.isEmpty() ? "<none>" : String.join(",", texts);
    }

    private static String ports(JsonNode ports) {
        var texts = new ArrayList<String>();
        for (var port : ports) {
            texts.add(port.path("port").asInt() + (port.has("nodePort") ? ":" + port.path("nodePort").asInt() : "") + "/" + port.path("protocol").asText("TCP"));
        }
        return texts.isEmpty() ? "<none>" : String.join(",", texts);
    }

    private static String external(JsonNode spec, JsonNode ingress) {
        var addresses = new ArrayList<String>();
        if (spec.path("type").asText().equals("ExternalName")) {
            return spec.path("externalName").asText();
        }
        ingress.forEach(i -> addresses.add(i.path("ip").asText(i.path("hostname").asText())));
        spec.path("externalIPs").forEach(i -> addresses.add(i.asText()));
        var balanced = spec.path("type").asText().equals("LoadBalancer");
        return addresses.isEmpty() ? balanced ? "<pending>" : "<none>" : String.join(",", addresses);
    }

    private static String available(JsonNode conditions) {
        for (var condition : conditions) {
            if (condition.path("type").asText().equals("Available")) {
                var state = condition.path("status").asText();
                return state.equals("True") ? state : state + " (" + condition.path("reason").asText() + ")";
            }
        }
        return "Unknown";
    }

    private static String targets(JsonNode metrics, JsonNode current) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < metrics.size(); i++) {
            var resource = metrics.path(i).path("resource");
            var now = current.path(i).path("resource").path("current");
            var target = resource.path("target");
            var relative = target.has("averageUtilization");
            texts.add(resource.path("name").asText() + ": " + (relative ? now.has("averageUtilization") ? now.path("averageUtilization").asInt() + "%" : "<unknown>" : now.path("averageValue").asText("<unknown>"))
                    + "/" + (relative ? target.path("averageUtilization").asInt() + "%" : target.path("averageValue").asText(target.path("value").asText())));
        }
        return texts.isEmpty() ? "<none>" : String.join(", ", texts);
    }

    static JsonNode text(String text) {
        return new TextNode(text);
    }

    static JsonNode number(JsonNode node) {
        return number(node.asLong());
    }

    static JsonNode number(long number) {
        return JsonNodeFactory.instance.numberNode(number);
    }

    private String age(JsonNode object) {
        return since(object.path("metadata").path("creationTimestamp").asText(""));
    }

    private String since(String time) {
        return since(time, clock.instant());
    }

    static String since(String time, Instant now) {
        if (time.isEmpty()) {
            return "<unknown>";
        }
        try {
            return human(Duration.between(Instant.parse(time), now));
        } catch (DateTimeParseException e) {
            return "<invalid>";
        }
    }

    /** As kubectl shows ages: two units while they say something. */
    static String human(Duration age) {
        var seconds = age.toSeconds();
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        var minutes = seconds / 60;
        if (minutes < 10) {
            return seconds % 60 == 0 ? minutes + "m" : minutes + "m" + seconds % 60 + "s";
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        var hours = minutes / 60;
        if (hours < 8) {
            return minutes % 60 == 0 ? hours + "h" : hours + "h" + minutes % 60 + "m";
        }
        if (hours < 48) {
            return hours + "h";
        }
        var days = hours / 24;
        if (days < 8) {
            return hours % 24 == 0 ? days + "d" : days + "d" + hours % 24 + "h";
        }
        return days < 730 ? days + "d" : days / 365 + "y" + (days / 365 < 8 && days % 365 != 0 ? days % 365 + "d" : "");
    }

}
