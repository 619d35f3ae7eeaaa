package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Label and field selectors, as the query of a list or watch writes them. */
final class Selector implements Predicate<ObjectNode> {

    private static final Pattern SET = Pattern.compile("([^ !=,()]+)\\s+(in|notin)\\s*\\(([^()]*)\\)");
    private static final Pattern EQUALS = Pattern.compile("([^ !=,()<>]+)\\s*(==|=|!=)\\s*([^ !=,()<>]*)");
    private static final Pattern EXISTS = Pattern.compile("(!?)\\s*([^ !=,()<>]+)");
    private static final int MAX_LENGTH = 16 * 1024;

    private final List<Predicate<ObjectNode>> terms = new ArrayList<>();
    private String exactName = "";

    private Selector() {}

    static Selector parse(String labels, String fields, ResourceType type) throws Failure {
        if (labels.length() > MAX_LENGTH || fields.length() > MAX_LENGTH) {
            throw Failure.badRequest("selector: " + Math.max(labels.length(), fields.length()) + " characters (expected: at most " + MAX_LENGTH + ")");
        }
        var selector = new Selector();
        for (var term : split(labels)) {
            selector.terms.add(label(term));
        }
        for (var term : split(fields)) {
            selector.terms.add(selector.field(term, type));
        }
        return selector;
    }

    boolean everything() {
        return terms.isEmpty();
    }

    /** The only name that can match, or empty. */
    String exactName() {
        return exactName;
    }

    @Override
    public boolean test(ObjectNode object) {
        for (var term : terms) {
            if (!term.test(object)) {
                return false;
            }
        }
        return true;
    }

    private static List<String> split(String text) {
        var terms = new ArrayList<String>();
        var depth = 0;
        var start = 0;
        for (int i = 0; i <= text.length(); i++) {
            var c = i == text.length() ? ',' : text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == ',' && (depth <= 0 || i == text.length())) {
                var term = text.substring(start, i).strip();
                if (!term.isEmpty()) {
                    terms.add(term);
                }
                start = i + 1;
            }
        }
        return terms;
    }

    private static Predicate<ObjectNode> label(String term) throws Failure {
        var set = SET.matcher(term);
        if (set.matches()) {
            var key = set.group(1);
            var values = Set.copyOf(List.of(set.group(3).split(",", -1)).stream().map(String::strip).distinct().toList());
            return set.group(2).equals("in")
                    ? o -> labelOf(o, key).isTextual() && values.contains(labelOf(o, key).asText())
                    : o -> !labelOf(o, key).isTextual() || !values.contains(labelOf(o, key).asText());
        }
        var equals = EQUALS.matcher(term);
        if (equals.matches()) {
            var key = equals.group(1);
            var value = equals.group(3);
            return equals.group(2).equals("!=")
                    ? o -> !labelOf(o, key).isTextual() || !labelOf(o, key).asText().equals(value)
                    : o -> labelOf(o, key).isTextual() && labelOf(o, key).asText().equals(value);
        }
        var exists = EXISTS.matcher(term);
        if (exists.matches()) {
            var key = exists.group(2);
            return exists.group(1).isEmpty() ? o -> labelOf(o, key).isTextual() : o -> !labelOf(o, key).isTextual();
        }
        throw Failure.badRequest("unable to parse requirement: found '" + term + "' (expected: key, !key, key=value, key!=value, key in (a, b), key notin (a, b))");
    }

    private static JsonNode labelOf(ObjectNode object, String key) {
        return object.path("metadata").path("labels").path(key);
    }

    private Predicate<ObjectNode> field(String term, ResourceType type) throws Failure {
        var equals = EQUALS.matcher(term);
        if (!equals.matches()) {
            throw Failure.badRequest("invalid selector: '" + term + "'; can't understand '" + term + "'");
        }
        var path = equals.group(1);
        var value = equals.group(3);
        if (!supported(type, path)) {
            throw Failure.badRequest("field label not supported: " + path);
        }
        var negated = equals.group(2).equals("!=");
        if (path.equals("metadata.name") && !negated) {
            exactName = value;
        }
        var steps = path.split("\\.");
        return o -> {
            JsonNode node = o;
            for (var step : steps) {
                node = node.path(step);
            }
            return node.asText("").equals(value) != negated;
        };
    }

    private static boolean supported(ResourceType type, String path) {
        return path.equals("metadata.name")
                || (path.equals("metadata.namespace") && type.namespaced())
                || switch (type.kind()) {
                    case "Pod" -> Set.of("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
                            "status.phase", "status.podIP", "status.nominatedNodeName").contains(path);
                    case "Event" -> path.startsWith("involvedObject.") || Set.of("reason", "type", "source", "reportingComponent").contains(path);
                    case "Secret" -> path.equals("type");
                    case "Namespace" -> path.equals("status.phase");
                    case "Node" -> path.equals("spec.unschedulable");
                    case "ReplicaSet", "ReplicationController" -> path.equals("status.replicas");
                    case "Job" -> path.equals("status.successful");
                    case "Service" -> path.equals("spec.clusterIP") || path.equals("spec.type");
                    default -> false;
                };
    }
}
