package dev.skerry.kube.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a scenario's texts may refer to: its namespace, and the answers of earlier steps. */
final class Variables {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^{}]+)\\}");

    private final String namespace;
    private final Map<String, JsonNode> answers = new HashMap<>();

    Variables(String namespace) {
        this.namespace = namespace;
    }

    void answered(String step, JsonNode body) {
        answers.put(step, body);
    }

    String text(String text) {
        return VARIABLE.matcher(text).replaceAll(m -> java.util.regex.Matcher.quoteReplacement(plain(lookup(m.group(1)))));
    }

    JsonNode in(JsonNode node) {
        if (node.isTextual()) {
            var whole = VARIABLE.matcher(node.asText());
            return whole.matches() ? lookup(whole.group(1)) : TextNode.valueOf(text(node.asText()));
        }
        if (node.isArray()) {
            var list = JsonNodeFactory.instance.arrayNode();
            node.forEach(item -> list.add(in(item)));
            return list;
        }
        if (node.isObject()) {
            var object = JsonNodeFactory.instance.objectNode();
            node.properties().forEach(e -> object.set(text(e.getKey()), in(e.getValue())));
            return object;
        }
        return node;
    }

    private static String plain(JsonNode node) {
        return node.isContainerNode() ? node.toString() : node.asText();
    }

    private JsonNode lookup(String name) {
        if (name.equals("ns")) {
            return TextNode.valueOf(namespace);
        }
        if (name.equals("node")) {
            return TextNode.valueOf(Api.NODE);
        }
        if (name.startsWith("repeat:") || name.startsWith("many:")) {
            var parts = name.split(":");
            var count = Integer.parseInt(parts[2]);
            return TextNode.valueOf(parts[0].equals("repeat") ? parts[1].repeat(count)
                    : IntStream.range(0, count).mapToObj(i -> parts[1] + i).collect(Collectors.joining(",")));
        }
        if (name.startsWith("b64:")) {
            return TextNode.valueOf(Base64.getEncoder().encodeToString(text(name.substring(4)).getBytes(StandardCharsets.UTF_8)));
        }
        List<String> steps = name.contains("/")
                ? Arrays.stream(name.split("/")).map(p -> p.replace("~1", "/").replace("~0", "~")).toList()
                : Arrays.asList(name.split("\\."));
        var at = answers.getOrDefault(steps.getFirst(), JsonNodeFactory.instance.missingNode());
        for (var step : steps.subList(1, steps.size())) {
            at = at.isArray() && step.matches("[0-9]+") ? at.path(Integer.parseInt(step)) : at.path(step);
        }
        return at.isMissingNode() || at.isNull() ? TextNode.valueOf("MISSING(" + name + ")") : at;
    }
}
