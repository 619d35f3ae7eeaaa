package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A set of paths into an object, as {@code fieldsV1} writes it. A node is a path element such as {@code f:spec},
 * {@code k:{"name":"c"}} or {@code v:"x"}; it may itself be a member of the set, and may have children.
 */
final class FieldSet {
    private boolean member;
    private final TreeMap<String, FieldSet> children = new TreeMap<>();

    static String field(String name) {
        return "f:" + name;
    }

    static FieldSet parse(JsonNode fieldsV1) {
        FieldSet set = new FieldSet();
        fieldsV1.properties().forEach(e -> {
            if (e.getKey().equals(".")) {
                set.member = true;
            } else {
                FieldSet child = parse(e.getValue());
                child.member |= e.getValue().isEmpty();
                set.children.put(e.getKey(), child);
            }
        });
        return set;
    }

    ObjectNode toJson() {
        ObjectNode node = Json.MAKE.objectNode();
        if (member && !children.isEmpty()) {
            node.putObject(".");
        }
        children.forEach((name, child) -> node.set(name, child.toJson()));
        return node;
    }

    boolean isEmpty() {
        return !member && children.isEmpty();
    }

    /** Whether the path to this node itself is in the set. */
    boolean isMember() {
        return member;
    }

    @Nullable FieldSet child(String element) {
        return children.get(element);
    }

    boolean has(String element) {
        FieldSet child = children.get(element);
        return child != null && child.member;
    }

    /** What lies below an element, the element itself left out. */
    FieldSet below(String element) {
        FieldSet child = children.get(element);
        FieldSet result = new FieldSet();
        if (child != null) {
            result.children.putAll(child.children);
        }
        return result;
    }

    FieldSet add(List<String> path) {
        FieldSet at = this;
        for (String element : path) {
            at = at.children.computeIfAbsent(element, e -> new FieldSet());
        }
        at.member = true;
        return this;
    }

    FieldSet union(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member || other.member;
        children.forEach((name, child) -> result.children.put(name, child.union(new FieldSet())));
        other.children.forEach((name, child) -> {
            FieldSet mine = children.get(name);
            result.children.put(name, mine == null ? child.union(new FieldSet()) : mine.union(child));
        });
        return result;
    }

    FieldSet intersection(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member && other.member;
        children.forEach((name, child) -> {
            FieldSet theirs = other.children.get(name);
            if (theirs != null) {
                result.keep(name, child.intersection(theirs));
            }
        });
        return result;
    }

    FieldSet difference(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member && !other.member;
        children.forEach((name, child) -> {
            FieldSet theirs = other.children.get(name);
            result.keep(name, theirs == null ? child.union(new FieldSet()) : child.difference(theirs));
        });
        return result;
    }

    /** Without the members of {@code other} and all that lies below them. */
    FieldSet recursiveDifference(FieldSet other) {
        FieldSet result = new FieldSet();
        if (other.member) {
            return result;
        }
        result.member = member;
        children.forEach((name, child) -> {
            FieldSet theirs = other.children.get(name);
            result.keep(name, theirs == null ? child.union(new FieldSet()) : child.recursiveDifference(theirs));
        });
        return result;
    }

    /** Makes each declared field on the way to a member a member too; items of lists and entries of maps stay as they are. */
    FieldSet withNamedFields(@Nullable Schema schema) {
        FieldSet result = new FieldSet();
        result.member = member;
        children.forEach((name, child) -> {
            boolean named = name.startsWith("f:");
            Schema declared = named && schema != null ? schema.property(name.substring(2)) : null;
            Schema next = declared != null || schema == null ? declared
                    : named ? schema.additionalProperties().orElse(null) : schema.items().orElse(null);
            FieldSet deeper = child.withNamedFields(next);
            deeper.member |= declared != null && !child.children.isEmpty();
            result.children.put(name, deeper);
        });
        return result;
    }

    /** Each member as upstream shows it: {@code .spec.containers[name="c"].image}. */
    List<String> paths() {
        List<String> paths = new ArrayList<>();
        collect("", paths);
        return paths;
    }

    private void collect(String path, List<String> paths) {
        // A level's own members come before what lies deeper.
        children.forEach((name, child) -> {
            if (child.member) {
                paths.add(path + show(name));
            }
        });
        children.forEach((name, child) -> child.collect(path + show(name), paths));
    }

    private static String show(String element) {
        String text = element.substring(2);
        return switch (element.charAt(0)) {
            case 'f' -> "." + text;
            case 'k' -> "[" + text.substring(1, text.length() - 1).replaceAll("\"([^\"]*)\":", "$1=") + "]";
            case 'v' -> "[=" + text + "]";
            default -> "[" + text + "]";
        };
    }

    private void keep(String name, FieldSet child) {
        if (!child.isEmpty()) {
            children.put(name, child);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FieldSet set && set.member == member && set.children.equals(children);
    }

    @Override
    public int hashCode() {
        return 31 * children.hashCode() + Boolean.hashCode(member);
    }

    @Override
    public String toString() {
        return toJson().toString();
    }

    /** All entries of a map by name, for tests and messages. */
    Map<String, FieldSet> entries() {
        return java.util.Collections.unmodifiableMap(children);
    }
}
