package dev.skerry.fabric.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.fabric.spoke.Spoke;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A site that is a parent itself: centre, region, site, each with its own API. */
class TierTest extends Fleet {

    @Test
    void carriesAnAppThroughARegionToItsSites() throws Exception {
        Island region = island("region");
        Parent below = keep(new Parent(region));
        spoke(region, "east");
        Island toll = island("toll-1");
        keep(Spoke.start(toll.spoke("toll-1", below.hub.port(), region.token(1, null, Map.of("class", "tiny")).text())));

        ObjectNode inner = JSON.createObjectNode().put("apiVersion", "skerry.dev/v1alpha1").put("kind", "App");
        inner.putObject("metadata").put("name", "plant");
        ObjectNode spec = inner.putObject("spec");
        spec.putArray("manifests").add(config("settings", "a", "1"));
        spec.putObject("placement").putObject("siteSelector").putObject("matchLabels").put("class", "tiny");
        apply("regional", inner, config("of-the-region", "b", "2"));

        until(() -> "1".equals(value(toll, "settings", "a")));
        assertThat(map(region, "settings")).isNull();
        assertThat(value(region, "of-the-region", "b")).isEqualTo("2");
        until(() -> "Ready".equals(state(region, "plant")));
        until(() -> "Ready".equals(state(centre, "regional")));
        until(() -> site(centre, "east").getStatus().children().connected() == 1);
    }
}
