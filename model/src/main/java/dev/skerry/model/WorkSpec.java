package dev.skerry.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one site shall apply.
 *
 * @param app the App's name; also what the site's field manager is called after: {@code skerry/<app>}
 * @param appNamespace the App's namespace; manifests that name none go there
 * @param revision the App's revision; grows
 * @param drift what to do when somebody at the site changes an owned object: PutBack (default) or Keep
 * @param signature over the canonical form of the rest, by the parent's signing key; base64
 */
public record WorkSpec(
        @Required String app,
        @Required String appNamespace,
        long revision,
        @Nullable String drift,
        @Required List<JsonNode> manifests,
        @Nullable String signature) {

    public WorkSpec {
        manifests = manifests == null ? List.of() : List.copyOf(manifests);
    }
}
