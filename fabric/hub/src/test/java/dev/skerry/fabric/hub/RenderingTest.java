package dev.skerry.fabric.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.model.AppSpec;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RenderingTest {

    @Test
    void patchesTheTargetAtTheSelectedSitesOnly() throws Exception {
        var json = new ObjectMapper();
        var east = new LabelSelectorBuilder().addToMatchLabels("region", "east").build();
        var app = new AppSpec(
                List.of(json.readTree("{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"hmi\"},\"spec\":{\"replicas\":1}}")),
                new AppSpec.Placement(new LabelSelectorBuilder().addNewMatchExpression().withKey("class").withOperator("In").withValues("small").endMatchExpression().build()),
                List.of(new AppSpec.Override(east, new AppSpec.Target("Deployment", "hmi"),
                        List.of(json.readTree("{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":2}")))),
                null, null);
        assertThat(Rendering.manifests(app, Map.of("region", "east")).getFirst().at("/spec/replicas").asInt()).isEqualTo(2);
        assertThat(Rendering.manifests(app, Map.of("region", "west")).getFirst().at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(Rendering.wants(app, Map.of("class", "small"))).isTrue();
        assertThat(Rendering.wants(app, Map.of())).isFalse();
    }
}
