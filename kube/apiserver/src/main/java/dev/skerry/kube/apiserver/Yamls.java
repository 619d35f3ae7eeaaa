package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** YAML as upstream's reader takes it: {@code y} and {@code on} are booleans, times are texts, of several documents the first one counts. */
final class Yamls {

    private static final int MAX_ALIASES = 20;
    /** What upstream puts before the list of members that stand twice. */
    private static final String TWICE = "error converting YAML to JSON: yaml: unmarshal errors:\n  ";

    private Yamls() {}

    /**
     * @throws Failure naming the line, with {@code prefix} before it
     */
    static Bodies.Read read(byte[] bytes, String prefix) throws Failure {
        try {
            var options = new LoaderOptions();
            options.setCodePointLimit(Bodies.MAX_BYTES);
            options.setNestingDepthLimit(Bodies.MAX_DEPTH);
            options.setMaxAliasesForCollections(MAX_ALIASES);
            options.setAllowDuplicateKeys(true);
            options.setWarnOnDuplicateKeys(false);
            var reader = new Reader(options);
            var documents = new Yaml(reader, new Representer(new DumperOptions()), new DumperOptions(), options, new Kinds())
                    .composeAll(new StringReader(new String(bytes, StandardCharsets.UTF_8))).iterator();
            if (!documents.hasNext()) {
                return new Bodies.Read(JsonNodeFactory.instance.objectNode(), List.of(), bytes);
            }
            var document = documents.next();
            var duplicates = new ArrayList<String>();
            duplicates(document, duplicates, new HashSet<>());
            var loaded = reader.object(document);
            JsonNode node = loaded == null ? JsonNodeFactory.instance.objectNode() : Bodies.JSON.valueToTree(loaded);
            return new Bodies.Read(node, duplicates, bytes);
        } catch (YAMLException | IllegalArgumentException e) {
            throw Failure.badRequest(prefix + "error converting YAML to JSON: yaml: " + fault(e));
        }
    }

    /** The faults of strict reading, as one text. */
    static String strict(List<String> duplicates) {
        return TWICE + String.join("\n  ", duplicates);
    }

    private static void duplicates(Node node, List<String> found, Set<Node> seen) {
        if (!seen.add(node)) {
            return;
        }
        if (node instanceof MappingNode map) {
            var names = new HashSet<String>();
            for (var member : map.getValue()) {
                if (member.getKeyNode() instanceof ScalarNode key && !names.add(key.getValue())) {
                    found.add("line " + (member.getValueNode().getStartMark().getLine() + 1) + ": key \"" + key.getValue() + "\" already set in map");
                }
                duplicates(member.getValueNode(), found, seen);
            }
        } else if (node instanceof SequenceNode list) {
            list.getValue().forEach(item -> duplicates(item, found, seen));
        }
    }

    /** The problem and its line, as upstream's reader would say it. */
    private static String fault(RuntimeException e) {
        if (!(e instanceof MarkedYAMLException marked)) {
            return String.valueOf(e.getMessage());
        }
        var problem = String.valueOf(marked.getProblem());
        if (problem.startsWith("expected the node content")) {
            problem = "did not find expected node content";
        }
        var line = marked.getProblemMark() == null ? 0 : marked.getProblemMark().getLine();
        return problem.startsWith("mapping values are not allowed") ? (line > 0 ? "line " + (line + 1) + ": " : "") + "mapping values are not allowed in this context"
                : "line " + (line + 1) + ": " + problem;
    }

    private static final class Reader extends SafeConstructor {

        Reader(LoaderOptions options) {
            super(options);
            yamlConstructors.put(Tag.BOOL, new org.yaml.snakeyaml.constructor.AbstractConstruct() {
                @Override
                public Object construct(Node node) {
                    return "yto".indexOf(Character.toLowerCase(((ScalarNode) node).getValue().charAt(0))) >= 0 && !((ScalarNode) node).getValue().equalsIgnoreCase("off");
                }
            });
        }

        @org.jspecify.annotations.Nullable Object object(Node document) {
            return constructDocument(document);
        }
    }

    /** Which plain texts are not texts. */
    private static final class Kinds extends Resolver {

        private static final Pattern BOOLEAN = Pattern.compile("y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF");
        private static final Pattern INTEGER = Pattern.compile("[-+]?(?:0b[01_]+|0[0-7_]*|[1-9][0-9_]*|0x[0-9a-fA-F_]+)");
        private static final Pattern FLOAT = Pattern.compile("[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, BOOLEAN, "yYnNtTfFoO");
            addImplicitResolver(Tag.INT, INTEGER, "-+0123456789");
            addImplicitResolver(Tag.FLOAT, FLOAT, "-+0123456789.");
            addImplicitResolver(Tag.MERGE, MERGE, "<");
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }
}
