package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the site says of a Work.
 *
 * @param state Ok, Progressing or Failed
 * @param revision the revision that the site has applied
 */
public record WorkStatus(
        @Nullable String state,
        @Nullable String message,
        @Nullable Long revision,
        List<Manifest> manifests,
        List<Condition> conditions) {

    public WorkStatus {
        manifests = manifests == null ? List.of() : List.copyOf(manifests);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /** One manifest, by what it names: whether it was applied, whether it is healthy, and why not. */
    public record Manifest(
            String kind,
            @Nullable String namespace,
            String name,
            boolean applied,
            boolean healthy,
            @Nullable String message) {}
}
