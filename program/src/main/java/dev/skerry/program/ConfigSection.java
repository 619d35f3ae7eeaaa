package dev.skerry.program;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** One mapping of the configuration file. Collects faults as {@code file:line: key: value (expected: ...)}. */
final class ConfigSection {

    private static final Pattern DURATION = Pattern.compile("([0-9]+)(ms|s|m|h|d)");
    private static final Pattern BYTES = Pattern.compile("([0-9]+)(Ki|Mi|Gi|Ti)?");

    private final String file;
    private final String path;
    private final List<String> faults;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    private ConfigSection(String file, String path, List<String> faults) {
        this.file = file;
        this.path = path;
        this.faults = faults;
    }

    static ConfigSection of(String file, @Nullable Node node, List<String> faults) {
        return of(file, "", node, faults);
    }

    private static ConfigSection of(String file, String path, @Nullable Node node, List<String> faults) {
        var section = new ConfigSection(file, path, faults);
        if (node instanceof MappingNode mapping) {
            for (var tuple : mapping.getValue()) {
                var key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
                var line = tuple.getKeyNode().getStartMark().getLine() + 1;
                if (section.values.put(key, tuple.getValueNode()) != null) {
                    faults.add(file + ":" + line + ": " + path + key + ": is there twice (expected: once)");
                }
                section.lines.put(key, line);
            }
        } else if (node != null && !Tag.NULL.equals(node.getTag())) {
            faults.add(file + ":" + (node.getStartMark().getLine() + 1) + ": "
                    + (path.isEmpty() ? "the file" : path.substring(0, path.length() - 1)) + ": not a mapping (expected: keys and values)");
        }
        return section;
    }

    boolean has(String key) {
        known.add(key);
        return values.containsKey(key);
    }

    ConfigSection section(String key) {
        known.add(key);
        return of(file, path + key + ".", values.get(key), faults);
    }

    String text(String key, String otherwise, String pattern, String expected) {
        known.add(key);
        var node = values.get(key);
        if (node == null) {
            return otherwise;
        }
        if (node instanceof ScalarNode scalar && scalar.getValue().matches(pattern)) {
            return scalar.getValue();
        }
        fault(key, node instanceof ScalarNode scalar ? scalar.getValue() : "not a text", expected);
        return otherwise;
    }

    List<String> texts(String key, List<String> otherwise) {
        known.add(key);
        var node = values.get(key);
        if (node == null) {
            return otherwise;
        }
        var texts = new ArrayList<String>();
        if (node instanceof SequenceNode sequence) {
            for (var item : sequence.getValue()) {
                if (item instanceof ScalarNode scalar) {
                    texts.add(scalar.getValue());
                } else {
                    fault(key, "not a text", "a list of texts");
                }
            }
        } else {
            fault(key, node instanceof ScalarNode scalar ? scalar.getValue() : "a mapping", "a list such as [a, b]");
        }
        return texts;
    }

    /** 0 means any free port. */
    int port(String key, int otherwise) {
        var text = text(key, Integer.toString(otherwise), "[0-9]{1,5}", "0-65535");
        var port = Integer.parseInt(text);
        if (port > 65535) {
            fault(key, text, "0-65535");
            return otherwise;
        }
        return port;
    }

    boolean flag(String key, boolean otherwise) {
        return text(key, Boolean.toString(otherwise), "true|false", "true or false").equals("true");
    }

    double percent(String key, double otherwise) {
        var text = text(key, Math.round(otherwise * 100) + "%", "(100|[0-9]{1,2})%", "0% to 100%");
        return Integer.parseInt(text.substring(0, text.length() - 1)) / 100.0;
    }

    Duration duration(String key, String otherwise) {
        var match = DURATION.matcher(text(key, otherwise, "[0-9]{1,9}(ms|s|m|h|d)", "a duration such as 500ms, 10s, 5m, 2h, 30d"));
        if (!match.matches()) {
            throw new IllegalArgumentException(otherwise);
        }
        var amount = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    long bytes(String key, String otherwise) {
        var match = BYTES.matcher(text(key, otherwise, "[0-9]{1,12}(Ki|Mi|Gi|Ti)?", "bytes such as 512Mi or 10Gi"));
        if (!match.matches()) {
            throw new IllegalArgumentException(otherwise);
        }
        var unit = match.group(2) == null ? "" : match.group(2);
        var shift = switch (unit) {
            case "Ki" -> 10;
            case "Mi" -> 20;
            case "Gi" -> 30;
            case "Ti" -> 40;
            default -> 0;
        };
        return Long.parseLong(match.group(1)) << shift;
    }

    void fault(String key, String value, String expected) {
        faults.add(file + ":" + lines.getOrDefault(key, 1) + ": " + path + key + ": " + value + " (expected: " + expected + ")");
    }

    /** Refuses keys that nobody asked for. */
    void finish() {
        for (var key : values.keySet()) {
            if (!known.contains(key)) {
                fault(key, "unknown key", "one of " + String.join(", ", known));
            }
        }
    }
}
