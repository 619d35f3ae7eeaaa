package dev.skerry.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Duration;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Objects of any kind, the sites that shall have them, and the order in which they get them. */
public record AppSpec(
        @Required List<JsonNode> manifests,
        @Nullable Placement placement,
        List<Override> overrides,
        @Nullable Rollout rollout,
        @Nullable String drift) {

    public AppSpec {
        manifests = manifests == null ? List.of() : List.copyOf(manifests);
        overrides = overrides == null ? List.of() : List.copyOf(overrides);
    }

    /** Which sites; without a selector all of them. An empty selector selects all, as Kubernetes has it. */
    public record Placement(@Nullable LabelSelector siteSelector) {}

    /** A JSON patch (RFC 6902) of the targeted manifests, for the selected sites only. */
    public record Override(
            @Nullable LabelSelector siteSelector, @Required Target target, @Required List<JsonNode> patch) {
        public Override {
            patch = patch == null ? List.of() : List.copyOf(patch);
        }
    }

    /** Manifests by kind and, perhaps, name. */
    public record Target(@Required String kind, @Nullable String name) {}

    /** Waves in order; {@code onFailure} is Pause or Rollback. */
    public record Rollout(List<Wave> waves, @Nullable Integer maxFailures, @Nullable String onFailure) {
        public Rollout {
            waves = waves == null ? List.of() : List.copyOf(waves);
        }
    }

    /** A part of the sites, by selector or by share of all, and how long it must stay well before the next. */
    public record Wave(@Nullable LabelSelector siteSelector, @Nullable Integer percent, @Pattern(Kinds.DURATION) @Nullable Duration soak) {}
}
