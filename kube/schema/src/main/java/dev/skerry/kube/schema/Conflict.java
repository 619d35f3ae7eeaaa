package dev.skerry.kube.schema;

/**
 * A field that an applier wants to change while somebody else owns it.
 *
 * @param subresource empty for the object itself
 * @param field such as {@code .spec.template.spec.containers[name="c"].image}
 */
public record Conflict(String manager, String operation, String apiVersion, String subresource, String time, String field) {}
