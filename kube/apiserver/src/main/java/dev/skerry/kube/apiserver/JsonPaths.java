package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.regex.Pattern;

/** The part of JSONPath that printer columns use: {@code .a.b[0].c}, {@code ['a.b']}, {@code [?(@.type=="Ready")]}. */
final class JsonPaths {

    private static final Pattern STEP = Pattern.compile(
            "\\.([A-Za-z0-9_-]+(?:\\\\\\.[A-Za-z0-9_/-]+)*)|\\['([^']+)'\\]|\\[(-?\\d+|\\*)\\]|\\[\\?\\(@\\.?([A-Za-z0-9_.]*)\\s*==\\s*[\"']([^\"']*)[\"']\\)\\]");

    private JsonPaths() {}

    static JsonNode find(JsonNode root, String path) {
        var text = path.startsWith("{") && path.endsWith("}") ? path.substring(1, path.length() - 1) : path;
        var matcher = STEP.matcher(text);
        var node = root;
        var position = text.startsWith("$") ? 1 : 0;
        while (position < text.length()) {
            if (!matcher.find(position) || matcher.start() != position) {
                return MissingNode.getInstance();
            }
            if (matcher.group(1) != null) {
                node = node.path(matcher.group(1).replace("\\.", "."));
            } else if (matcher.group(2) != null) {
                node = node.path(matcher.group(2));
            } else if (matcher.group(3) != null) {
                var at = matcher.group(3).equals("*") ? 0 : Integer.parseInt(matcher.group(3));
                node = node.path(at < 0 ? node.size() + at : at);
            } else {
                node = filtered(node, matcher.group(4), matcher.group(5));
            }
            position = matcher.end();
        }
        return node;
    }

    private static JsonNode filtered(JsonNode list, String field, String value) {
        for (var item : list) {
            var node = item;
            for (var step : field.split("\\.")) {
                node = step.isEmpty() ? node : node.path(step);
            }
            if (node.asText("").equals(value)) {
                return item;
            }
        }
        return MissingNode.getInstance();
    }
}
