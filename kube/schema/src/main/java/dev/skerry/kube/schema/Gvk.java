package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;

/** A kind in one version of one group; the core group is the empty text. */
public record Gvk(String group, String version, String kind) {

    /** Takes {@code v1} or {@code apps/v1} apart. */
    public static Gvk of(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? new Gvk("", apiVersion, kind) : new Gvk(apiVersion.substring(0, slash), apiVersion.substring(slash + 1), kind);
    }

    /** What an object says of itself; missing members count as empty. */
    public static Gvk of(JsonNode object) {
        return of(object.path("apiVersion").asText(), object.path("kind").asText());
    }

    /** As written in an object: {@code v1}, {@code apps/v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }
}
