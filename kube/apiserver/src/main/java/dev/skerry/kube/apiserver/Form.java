package dev.skerry.kube.apiserver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The form in which a client wants its answer, by its {@code Accept} header.
 *
 * @param media of the answer: JSON or YAML
 * @param as {@code Table}, {@code PartialObjectMetadata}, {@code PartialObjectMetadataList}, or empty for the object itself
 * @param version of the form, such as {@code v1}
 */
record Form(String media, String as, String version) {

    static final String JSON = "application/json";
    static final String YAML = "application/yaml";
    static final Form PLAIN = new Form(JSON, "", "");
    private static final String SERVED = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
    private static final Set<String> FORMS = Set.of("Table", "PartialObjectMetadata", "PartialObjectMetadataList");
    private static final java.util.regex.Pattern WEIGHT = java.util.regex.Pattern.compile("[01](\\.[0-9]{0,3})?");
    private static final int MAX_RANGES = 32;

    /** The best form that the header takes, or null if there is none that we can give. */
    static @org.jspecify.annotations.Nullable Form find(String accept) {
        return find(accept, true);
    }

    /** The same; without protobuf if the answer is an object that has no such form. */
    static @org.jspecify.annotations.Nullable Form find(String accept, boolean protobuf) {
        for (var range : ranges(accept)) {
            var media = media(range.media());
            var as = range.parameters().getOrDefault("as", "");
            if (media.isEmpty() || media.equals(Bodies.PROTOBUF) && (as.isEmpty() ? !protobuf : as.equals("Table"))) {
                continue;
            }
            if (as.isEmpty()) {
                return new Form(media, "", "");
            }
            var version = range.parameters().getOrDefault("v", "");
            if (range.parameters().getOrDefault("g", "").equals("meta.k8s.io") && FORMS.contains(as) && Set.of("v1", "v1beta1").contains(version)) {
                return new Form(media, as, version);
            }
        }
        return null;
    }

    static Form of(String accept, boolean protobuf) throws Failure {
        var found = find(accept, protobuf);
        if (found != null) {
            return found;
        }
        for (var range : ranges(accept)) {
            if (!media(range.media()).isEmpty() || range.media().equals(Bodies.PROTOBUF)) {
                throw Failure.notAcceptable("only the following media types are accepted: " + SERVED);
            }
        }
        throw Failure.notAcceptable("406: Not Acceptable\n\nAvailable representations: " + SERVED);
    }

    private static String media(String range) {
        return switch (range) {
            case "", "*/*", "application/*", JSON -> JSON;
            case YAML -> YAML;
            case Bodies.PROTOBUF -> Bodies.PROTOBUF;
            default -> "";
        };
    }

    private record Range(String media, Map<String, String> parameters, double weight) {}

    /** By weight, then in the order of the header. */
    private static List<Range> ranges(String accept) {
        var ranges = new ArrayList<Range>();
        for (var text : accept.split(",", MAX_RANGES)) {
            var parts = text.strip().split("\\s*;\\s*", -1);
            var parameters = new HashMap<String, String>();
            for (int i = 1; i < parts.length; i++) {
                var equals = parts[i].indexOf('=');
                if (equals > 0) {
                    parameters.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
                }
            }
            ranges.add(new Range(parts[0].toLowerCase(Locale.ROOT), parameters, weight(parameters.getOrDefault("q", "1"))));
        }
        ranges.sort(java.util.Comparator.comparingDouble(Range::weight).reversed());
        return ranges;
    }

    private static double weight(String text) {
        return WEIGHT.matcher(text).matches() ? Double.parseDouble(text) : 1;
    }
}
