package dev.skerry.fabric.spoke;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was applied of a Work.
 *
 * @param hash of the Work's specification that it comes from
 * @param items in the order in which they were applied
 */
record Inventory(String hash, long revision, List<Item> items) {

    Inventory {
        items = items == null ? List.of() : List.copyOf(items);
    }

    /**
     * An object that this Work owns.
     *
     * @param manifest hash of the manifest that was applied
     * @param mark the object's generation or resource version after it was applied: another one shows that somebody changed it
     */
    record Item(String apiVersion, String kind, @Nullable String namespace, String name, String manifest, String mark) {

        boolean same(Item other) {
            return apiVersion.equals(other.apiVersion) && kind.equals(other.kind) && java.util.Objects.equals(namespace, other.namespace) && name.equals(other.name);
        }

        String text() {
            return kind + " " + (namespace == null || namespace.isEmpty() ? name : namespace + "/" + name);
        }
    }
}
