package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cells that one rule of a table gives: a word that says how, a path, and what stands there if nothing does. */
final class CellRules {

    private static final Map<String, String> MODES = Map.of("ReadWriteOnce", "RWO", "ReadOnlyMany", "ROX", "ReadWriteMany", "RWX", "ReadWriteOncePod", "RWOP");

    private CellRules() {}

    /** Read when the first table is asked for. */
    private static final class Rules {
        static final JsonNode ALL = read();

        private static JsonNode read() {
            try (var in = CellRules.class.getResourceAsStream("cells.json")) {
                return Bodies.JSON.readTree(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static @Nullable JsonNode of(String kind, String column, JsonNode o, Instant now) {
        var rule = Rules.ALL.path(kind).path(column).asText("");
        if (rule.isEmpty()) {
            return null;
        }
        var words = rule.split(" ");
        var at = find(o, words[1]);
        var otherwise = words.length > 2 ? words[words.length - 1] : "";
        return switch (words[0]) {
            case "number" -> TableCells.number(at);
            case "flag" -> BooleanNode.valueOf(at.asBoolean());
            case "count" -> TableCells.number(at.size() + (words.length > 2 ? find(o, words[2]).size() : 0));
            case "ratio" -> TableCells.text(at.asInt() + "/" + find(o, words[2]).asInt());
            case "printed" -> TableCells.text(at.asBoolean() ? "True" : "False");
            case "since" -> TableCells.text(at.isMissingNode() ? otherwise : TableCells.since(at.asText(), now));
            case "labels" -> TableCells.text(TableCells.labels(at));
            case "selector" -> TableCells.text(selector(at));
            default -> TableCells.text(text(words, at, otherwise, o));
        };
    }

    private static String text(String[] words, JsonNode at, String otherwise, JsonNode o) {
        var texts = new ArrayList<String>();
        switch (words[0]) {
            case "text" -> texts.add(at.asText(""));
            case "join" -> at.forEach(v -> texts.add(v.path(words[2]).asText("")));
            case "flat" -> at.forEach(v -> v.path(words[2]).forEach(a -> texts.add(a.asText())));
            case "list" -> at.forEach(v -> texts.add(v.asText()));
            case "modes" -> at.forEach(v -> texts.add(MODES.getOrDefault(v.asText(), v.asText())));
            case "ref" -> texts.add(at.isObject() ? at.path("namespace").asText() + "/" + at.path("name").asText() : "");
            case "role" -> texts.add(at.path("kind").asText() + "/" + at.path("name").asText());
            case "kind" -> texts.add(at.isObject() ? at.path("apiVersion").asText() + "/" + at.path("kind").asText() : "<unset>");
            case "param" -> texts.add(at.isObject() ? at.has("namespace") ? at.path("namespace").asText() + "/" + at.path("name").asText() : "*/" + at.path("name").asText() : "<unset>");
            case "parameters" -> texts.add(at.isObject() ? at.path("kind").asText() + (at.has("apiGroup") ? "." + at.path("apiGroup").asText() : "") + "/" + at.path("name").asText() : "<none>");
            case "tls" -> texts.add(at.isEmpty() ? "80" : "80, 443");
            case "subjects" -> subjects(o.path("subjects"), words[1], texts);
            case "conditions" -> conditions(at, texts);
            case "owner" -> texts.add(at.isEmpty() ? "<none>" : at.path(0).path("kind").asText() + "/" + at.path(0).path("name").asText());
            case "endpoints" -> endpoints(at, texts);
            default -> throw new IllegalStateException("cells.json: " + words[0] + " (expected: a known word)");
        }
        var separator = words[0].equals("subjects") ? ", " : ",";
        var joined = String.join(separator, texts);
        return joined.isEmpty() && (texts.size() <= 1) ? otherwise(words, otherwise) : joined;
    }

    private static String otherwise(String[] words, String otherwise) {
        return List.of("join", "flat").contains(words[0]) && words.length < 4 ? "" : otherwise;
    }

    private static void subjects(JsonNode subjects, String kind, List<String> texts) {
        for (var subject : subjects) {
            if (subject.path("kind").asText().equals(kind)) {
                texts.add((kind.equals("ServiceAccount") ? subject.path("namespace").asText() + "/" : "") + subject.path("name").asText());
            }
        }
    }

    private static void conditions(JsonNode conditions, List<String> texts) {
        conditions.forEach(c -> texts.add(c.path("type").asText()));
        if (texts.isEmpty()) {
            texts.add("Pending");
        }
    }

    private static void endpoints(JsonNode subsets, List<String> texts) {
        for (var subset : subsets) {
            for (var address : subset.path("addresses")) {
                if (subset.path("ports").isEmpty()) {
                    texts.add(address.path("ip").asText());
                }
                subset.path("ports").forEach(p -> texts.add(address.path("ip").asText() + ":" + p.path("port").asText()));
            }
        }
        var more = texts.size() - 3;
        if (more > 0) {
            texts.subList(3, texts.size()).clear();
            texts.set(2, texts.get(2) + " + " + more + " more...");
        }
        if (texts.isEmpty()) {
            texts.add("<none>");
        }
    }

    private static String selector(JsonNode selector) {
        var texts = new ArrayList<String>();
        selector.path("matchLabels").properties().forEach(e -> texts.add(e.getKey() + "=" + e.getValue().asText()));
        for (var expression : selector.path("matchExpressions")) {
            var values = new ArrayList<String>();
            expression.path("values").forEach(v -> values.add(v.asText()));
            var key = expression.path("key").asText();
            texts.add(switch (expression.path("operator").asText()) {
                case "In" -> key + " in (" + String.join(",", values) + ")";
                case "NotIn" -> key + " notin (" + String.join(",", values) + ")";
                case "DoesNotExist" -> "!" + key;
                default -> key;
            });
        }
        return texts.isEmpty() ? "<none>" : String.join(",", texts);
    }

    static JsonNode find(JsonNode root, String path) {
        var node = root;
        for (var step : path.split("\\.")) {
            node = node.path(step);
        }
        return node.isNull() ? MissingNode.getInstance() : node;
    }
}
