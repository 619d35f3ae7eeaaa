package dev.skerry.kube.schema;

/**
 * A field that an applier wants to change while somebody else owns it.
 *
 * @param subresource empty for the object itself
 * @param field such as {@code .spec.template.spec.containers[name="c"].image}
 */
public record Conflict(String manager, String operation, String apiVersion, String subresource, String field) {

    /** The owner as upstream shows it: {@code "kubectl" with subresource "status" using v1}. */
    public String owner() {
        return "\"" + manager + "\"" + (subresource.isEmpty() ? "" : " with subresource \"" + subresource + "\"")
                + (operation.equals("Update") ? " using " + apiVersion : "");
    }
}
