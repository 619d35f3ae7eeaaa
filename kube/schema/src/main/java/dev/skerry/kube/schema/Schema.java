package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One node of a schema: what a value may look like and how lists and maps of it are merged. Immutable and thread safe.
 * References to named types are resolved when they are walked, and a named type exists once however often it is used.
 */
public final class Schema {
    private static final String REF = "$ref";
    private static final String EXT = "x-kubernetes-";

    private final JsonNode own;
    private final @Nullable Types types;
    private final String name;
    private volatile @Nullable Schema target;
    private final Map<String, Schema> properties = new ConcurrentHashMap<>(4);
    private volatile @Nullable Schema items;
    private volatile @Nullable Schema additional;

    Schema(JsonNode own, @Nullable Types types) {
        this(own, types, own.path(REF).asText());
    }

    /** A named type itself. */
    Schema(JsonNode own, @Nullable Types types, String name) {
        this.own = own;
        this.types = types;
        this.name = name;
    }

    /** Named types, each made at its first use. */
    interface Types {
        Schema get(String name);
    }

    /**
     * The schema of a custom resource ({@code openAPIV3Schema}), with {@code apiVersion}, {@code kind} and {@code metadata} added.
     *
     * @throws InvalidSchemaException if it is not structural
     */
    public static Schema parseStructural(JsonNode openAPIV3Schema) throws InvalidSchemaException {
        return Structural.parse(openAPIV3Schema);
    }

    /** {@code object}, {@code array}, {@code string}, {@code integer}, {@code number}, {@code boolean}, or empty for anything. */
    public String type() {
        return text("type");
    }

    /** The name of the type that this node is or refers to, such as {@code io.k8s.api.core.v1.Container}, or empty. */
    public String typeName() {
        return name;
    }

    /** The schema of a named member, or of any member if the node is a map; empty if the member is unknown. */
    public Optional<Schema> member(String name) {
        Schema declared = property(name);
        return declared != null ? Optional.of(declared) : additionalProperties();
    }

    /** Names of the declared members, in the order of the schema. */
    public List<String> propertyNames() {
        List<String> names = new ArrayList<>();
        whole().own.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The schema of a declared member. */
    public @Nullable Schema property(String name) {
        Schema whole = whole();
        Schema known = whole.properties.get(name);
        if (known != null) {
            return known;
        }
        JsonNode child = whole.own.path("properties").get(name);
        return child == null ? null : whole.properties.computeIfAbsent(name, n -> new Schema(child, whole.types));
    }

    /** The schema of list items. */
    public Optional<Schema> items() {
        Schema whole = whole();
        Schema known = whole.items;
        JsonNode child = whole.own.get("items");
        if (known == null && child != null && child.isObject()) {
            known = new Schema(child, whole.types);
            whole.items = known;
        }
        return Optional.ofNullable(known);
    }

    /** The schema of the values of a map; {@code additionalProperties: true} gives a schema that takes anything. */
    public Optional<Schema> additionalProperties() {
        Schema whole = whole();
        Schema known = whole.additional;
        JsonNode child = whole.own.get("additionalProperties");
        if (known == null && child != null && (child.isObject() || child.asBoolean())) {
            known = new Schema(child.isObject() ? child : ANYTHING, whole.types);
            whole.additional = known;
        }
        return Optional.ofNullable(known);
    }

    /** Members that must be there. */
    public List<String> required() {
        List<String> names = new ArrayList<>();
        get("required").forEach(n -> names.add(n.asText()));
        return names;
    }

    /** The value of a member that is left out; do not change it. */
    public Optional<JsonNode> defaultValue() {
        JsonNode value = get("default");
        return value.isMissingNode() ? Optional.empty() : Optional.of(value);
    }

    /** Allowed values; empty if all are. */
    public List<JsonNode> enumValues() {
        List<JsonNode> values = new ArrayList<>();
        get("enum").forEach(values::add);
        return values;
    }

    /** Whether {@code null} is a value (and not the lack of one). */
    public boolean nullable() {
        return get("nullable").asBoolean();
    }

    /** Such as {@code int32}, {@code date-time}, {@code byte}; or empty. */
    public String format() {
        return text("format");
    }

    /** {@code atomic}, {@code set}, {@code map}, or empty (which means atomic). */
    public String listType() {
        return text(EXT + "list-type");
    }

    /** The members that tell items of a list of type {@code map} apart. */
    public List<String> listMapKeys() {
        List<String> names = new ArrayList<>();
        get(EXT + "list-map-keys").forEach(n -> names.add(n.asText()));
        return names;
    }

    /** {@code atomic}, {@code granular}, or empty (which means granular). */
    public String mapType() {
        return text(EXT + "map-type");
    }

    /** How a strategic patch merges: {@code merge}, {@code retainKeys}, {@code replace}, of the last two also joined by a comma. */
    public Set<String> patchStrategy() {
        String value = text(EXT + "patch-strategy");
        return value.isEmpty() ? Set.of() : Set.copyOf(new HashSet<>(List.of(value.split(","))));
    }

    /** The member by which a strategic patch tells list items apart, or empty. */
    public String patchMergeKey() {
        return text(EXT + "patch-merge-key");
    }

    /** Whether unknown members are kept. */
    public boolean preserveUnknown() {
        return get(EXT + "preserve-unknown-fields").asBoolean() || typeName().endsWith(".RawExtension") || typeName().endsWith(".FieldsV1");
    }

    /** Whether the value is a number or a text. */
    public boolean intOrString() {
        return get(EXT + "int-or-string").asBoolean() || format().equals("int-or-string");
    }

    /** Whether the value is a whole object with {@code apiVersion}, {@code kind}, {@code metadata}. */
    public boolean embeddedResource() {
        return get(EXT + "embedded-resource").asBoolean();
    }

    /** Any other keyword, such as {@code minimum}, {@code pattern}, {@code maxItems}; missing if not given. */
    public JsonNode keyword(String name) {
        return get(name);
    }

    /** The schema as it was written, references unresolved; do not change it. */
    public JsonNode raw() {
        return own;
    }

    /** Whether this is one of the built-in types, which upstream keeps in structures of Go. */
    boolean builtIn() {
        return own.has("gvk");
    }

    /** Equal schemas of named types are one object; this is what a reference stands for. */
    private Schema whole() {
        Schema known = target;
        if (known == null) {
            known = !own.has(REF) || types == null ? this : types.get(name);
            target = known;
        }
        return known;
    }

    private JsonNode get(String name) {
        JsonNode value = own.path(name);
        if (!value.isMissingNode()) {
            return value;
        }
        Schema whole = whole();
        return whole == this ? value : whole.own.path(name);
    }

    private String text(String name) {
        return get(name).asText();
    }

    private static final JsonNode ANYTHING = anything();

    private static ObjectNode anything() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put(EXT + "preserve-unknown-fields", true);
        return node;
    }
}
