package dev.skerry.kube.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Where two bodies differ, by JSON path. */
final class Difference {

    private final boolean subset;
    private final List<String> found = new ArrayList<>();

    private Difference(boolean subset) {
        this.subset = subset;
    }

    static List<String> of(JsonNode expected, JsonNode real, Bindings bindings, boolean subset) {
        var difference = new Difference(subset);
        difference.compare(expected, real, bindings, "$");
        return difference.found;
    }

    /** Of lists of objects: whether each that is expected fits one that is there, in any order. */
    static List<String> ofSets(JsonNode expected, JsonNode real, Bindings bindings) {
        var found = new ArrayList<String>();
        for (var wanted : expected.path("items")) {
            var fits = false;
            for (var there : real.path("items")) {
                var trial = bindings.copy();
                if (!fits && of(wanted, there, trial, true).isEmpty()) {
                    bindings.take(trial);
                    fits = true;
                }
            }
            if (!fits) {
                found.add("no such item: " + shown(wanted));
            }
        }
        return found;
    }

    private void note(String path, Object expected, Object real) {
        found.add(path + ": want " + shown(expected) + ", got " + shown(real));
    }

    private static String shown(Object value) {
        var text = value.toString();
        return text.length() > 300 ? text.substring(0, 300) + "…" : text;
    }

    private void compare(JsonNode expected, JsonNode real, Bindings bindings, String path) {
        if (expected.isTextual()) {
            if (!bindings.matches(expected.asText(), real)) {
                note(path, expected, real);
            }
        } else if (expected.isObject() && real.isObject()) {
            members(expected, real, bindings, path);
        } else if (expected.isArray() && real.isArray()) {
            items(expected, real, bindings, path);
        } else if (expected.isNumber() && real.isNumber() ? expected.asDouble() != real.asDouble() : !expected.equals(real)) {
            note(path, expected, real);
        }
    }

    private void members(JsonNode expected, JsonNode real, Bindings bindings, String path) {
        var used = new HashSet<String>();
        var names = new TreeSet<String>();
        expected.fieldNames().forEachRemaining(names::add);
        for (var placeholders : new boolean[] {false, true}) {
            for (var name : names) {
                if (name.contains("<<") == placeholders) {
                    var hit = placeholders ? hit(name, real, used, bindings) : real.has(name) ? name : "";
                    if (hit.isEmpty()) {
                        note(path + "." + name, expected.get(name), "(missing)");
                    } else {
                        used.add(hit);
                        compare(expected.get(name), real.get(hit), bindings, path + "." + hit);
                    }
                }
            }
        }
        if (!subset) {
            real.properties().stream().filter(e -> !used.contains(e.getKey())).forEach(e -> note(path + "." + e.getKey(), "(absent)", e.getValue()));
        }
    }

    private static String hit(String placeholder, JsonNode real, HashSet<String> used, Bindings bindings) {
        var names = new TreeSet<String>();
        real.fieldNames().forEachRemaining(names::add);
        return names.stream().filter(n -> !used.contains(n) && bindings.matches(placeholder, TextNode.valueOf(n))).findFirst().orElse("");
    }

    private void items(JsonNode expected, JsonNode real, Bindings bindings, String path) {
        var wanted = list(expected, path);
        var got = list(real, path);
        if (!subset) {
            if (wanted.size() != got.size()) {
                note(path, wanted.size() + " items", got.size() + " items");
            }
            for (int i = 0; i < Math.min(wanted.size(), got.size()); i++) {
                compare(wanted.get(i), got.get(i), bindings, path + "[" + i + "]");
            }
            return;
        }
        var at = 0;
        for (int i = 0; i < wanted.size(); i++) {
            var fits = false;
            while (!fits && at < got.size()) {
                var trial = bindings.copy();
                fits = of(wanted.get(i), got.get(at++), trial, true).isEmpty();
                if (fits) {
                    bindings.take(trial);
                }
            }
            if (!fits) {
                note(path + "[" + i + "]", wanted.get(i), "(no such item in this order)");
                return;
            }
        }
    }

    private static List<JsonNode> list(JsonNode array, String path) {
        var items = new ArrayList<JsonNode>();
        array.forEach(items::add);
        if (path.endsWith(".managedFields")) {
            items.sort(Comparator.comparing((JsonNode e) -> e.path("manager").asText()).thenComparing(e -> e.path("operation").asText())
                    .thenComparing(e -> e.path("apiVersion").asText()).thenComparing(e -> e.path("subresource").asText()));
        }
        return items;
    }

    /** Removes what a dotted path names; {@code *} is every member or item. */
    static void drop(JsonNode node, String path) {
        edit(node, steps(path), 0, (at, step) -> {
            if (at instanceof ObjectNode object) {
                object.remove(step);
            }
        });
    }

    /** Sorts the lists that a dotted path names by their text. */
    static void sort(JsonNode node, String path) {
        edit(node, steps(path), 0, (at, step) -> {
            if (at instanceof ObjectNode object && object.get(step) instanceof ArrayNode array) {
                var items = new ArrayList<JsonNode>();
                array.forEach(items::add);
                items.sort(Comparator.comparing(Difference::ordered));
                array.removeAll();
                array.addAll(items);
            }
        });
    }

    private static String ordered(JsonNode node) {
        if (!node.isObject()) {
            return node.toString();
        }
        var members = new TreeMap<String, String>();
        node.properties().forEach(e -> members.put(e.getKey(), ordered(e.getValue())));
        return members.toString();
    }

    static List<String> steps(String path) {
        var steps = new ArrayList<String>();
        for (var step : path.replace("\\.", "\0").split("\\.")) {
            steps.add(step.replace('\0', '.'));
        }
        return steps;
    }

    private interface Edit {
        void at(JsonNode parent, String step);
    }

    private static void edit(JsonNode node, List<String> steps, int from, Edit edit) {
        var step = steps.get(from);
        var names = new ArrayList<String>();
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                if (step.equals("*") || step.equals(Integer.toString(i))) {
                    names.add(Integer.toString(i));
                }
            }
        } else if (step.equals("*")) {
            node.fieldNames().forEachRemaining(names::add);
        } else if (node.has(step)) {
            names.add(step);
        }
        for (var name : names) {
            if (from == steps.size() - 1) {
                edit.at(node, name);
            } else {
                edit(node.isArray() ? node.get(Integer.parseInt(name)) : node.get(name), steps, from + 1, edit);
            }
        }
    }
}
