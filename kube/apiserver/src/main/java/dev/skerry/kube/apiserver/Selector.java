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

    private static final Pattern EQUALS = Pattern.compile("([^!=]*)(==|=|!=)(.*)", Pattern.DOTALL);
    private static final int MAX_LENGTH = 16 * 1024;

    private final List<Predicate<ObjectNode>> terms = new ArrayList<>();
    private String exactName = "";

    private Selector() {}

    static Selector parse(String labels, String fields, ResourceType type) throws Failure {
        if (labels.length() > MAX_LENGTH || fields.length() > MAX_LENGTH) {
            throw Failure.badRequest("selector: " + Math.max(labels.length(), fields.length()) + " characters (expected: at most " + MAX_LENGTH + ")");
        }
        var selector = new Selector();
        for (var condition : LabelParser.parse(labels)) {
            selector.terms.add(object -> condition.test(object.path("metadata").path("labels")));
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

    private Predicate<ObjectNode> field(String term, ResourceType type) throws Failure {
        var equals = EQUALS.matcher(term);
        if (!equals.matches()) {
            throw Failure.badRequest("invalid selector: '" + term + "'; can't understand '" + term + "'");
        }
        var path = equals.group(1).strip();
        var value = equals.group(3);
        if (value.indexOf('=') >= 0) {
            throw Failure.badRequest("invalid field selector: unescaped character in value: " + (int) '=');
        }
        if (!supported(type, path)) {
            throw Failure.badRequest(unsupported(type, path));
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
        return path.equals("metadata.name") || (path.equals("metadata.namespace") && type.namespaced()) || own(type).contains(path);
    }

    /** Fields of a kind beyond its name; a definition says its own. */
    private static Set<String> own(ResourceType type) {
        if (type.custom()) {
            return type.selectable();
        }
        return switch (type.kind()) {
            case "Pod" -> Set.of("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
                    "status.phase", "status.podIP", "status.nominatedNodeName");
            case "Event" -> Set.of("involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
                    "involvedObject.resourceVersion", "involvedObject.fieldPath", "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid",
                    "reason", "type", "source", "reportingComponent", "reportingController");
            case "Secret" -> Set.of("type");
            case "Namespace" -> Set.of("status.phase");
            case "Node" -> Set.of("spec.unschedulable");
            case "ReplicationController" -> Set.of("status.replicas");
            case "Job" -> Set.of("status.successful");
            case "CertificateSigningRequest" -> Set.of("spec.signerName");
            case "Service" -> Set.of("spec.clusterIP", "spec.type");
            default -> Set.of();
        };
    }

    private static String unsupported(ResourceType type, String path) {
        if (type.custom()) {
            return "field label not supported: " + path;
        }
        return switch (type.kind()) {
            case "Job" -> "field label \"" + path + "\" not supported for Job";
            case "Pod", "Secret", "Namespace", "Node", "Service", "Event", "ReplicationController" -> "field label not supported: " + path;
            default -> "\"" + path + "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
        };
    }
}
