package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/** Tables of facts about the built-in kinds. Each call reads the table anew: keep what you need, not the tree. */
public final class Facts {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Facts() {}

    /** Groups, versions, resources, verbs, names: {@code {groups: [{group, versions: [{version, resources: [...]}]}]}}. */
    public static JsonNode discovery() {
        return read("discovery.json");
    }

    /** Table columns: {@code {tables: [{group, version, resource, columns: [...]}]}}. */
    public static JsonNode columns() {
        return read("columns.json");
    }

    /** Types of all built-in kinds by name: {@code {schemas: {name: schema}}}. */
    static JsonNode types() {
        return read("types.json");
    }

    /** How built-in types write empty members: {@code {types: {name: {omit: [...], zero: {...}}}}}. */
    static JsonNode shapes() {
        return read("shapes.json");
    }

    /** Protobuf field numbers by message: {@code {message: [{n, json, type, ...}]}}. */
    static JsonNode protobuf() {
        return read("protobuf.json.gz");
    }

    private static JsonNode read(String name) {
        try (InputStream in = Facts.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + ": missing (expected: a resource beside " + Facts.class.getName() + ")");
            }
            return JSON.readTree(name.endsWith(".gz") ? new GZIPInputStream(in) : in);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
