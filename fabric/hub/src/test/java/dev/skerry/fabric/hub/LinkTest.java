package dev.skerry.fabric.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.fabric.spoke.Spoke;
import dev.skerry.model.App;
import dev.skerry.model.AppSpec;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import dev.skerry.testkit.FaultProxy;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parent and site with an API each, and a real line between them. */
class LinkTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();
    private Island centre;
    private Parent parent;

    @BeforeEach
    void start() {
        centre = keep(new Island(folder.resolve("centre")));
        parent = keep(new Parent(centre));
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void bringsAnAppToASiteAndTellsHowItDoes() throws IOException {
        Island island = site("toll-1");
        keep(Spoke.start(island.spoke("toll-1", parent.hub.port(), token())));
        apply("plant", 0, config("settings", "a", "1"));
        until(() -> "1".equals(value(island, "settings", "a")));
        until(() -> "Ready".equals(state("plant")));
        App app = app("plant");
        assertThat(app.getStatus().sites().ok()).isEqualTo(1);
        until(() -> site(centre, "toll-1").getStatus().apps().text().equals("1/1"));
        until(() -> "Ready".equals(site(centre, "toll-1").getStatus().state()));
        assertThat(map(island, "settings").getMetadata().getLabels()).containsEntry("skerry.dev/app", "plant");
        until(() -> centre.events.newest(50).stream().anyMatch(e -> e.site().equals("toll-1") && e.kind().equals("rollout")));

        apply("plant", 0, config("settings", "b", "2"), config("more", "c", "3"));
        until(() -> "2".equals(value(island, "settings", "b")) && "3".equals(value(island, "more", "c")));
        assertThat(map(island, "settings").getData()).doesNotContainKey("a");
        apply("plant", 0, config("more", "c", "3"));
        until(() -> map(island, "settings") == null);

        centre.client.resources(App.class).inNamespace("default").withName("plant").delete();
        until(() -> map(island, "more") == null);
        until(() -> centre.client.resources(Work.class).inAnyNamespace().list().getItems().isEmpty());
    }

    private <T extends AutoCloseable> T keep(T thing) {
        open.push(thing);
        return thing;
    }

    private Island site(String name) {
        return keep(new Island(folder.resolve(name)));
    }

    private String token() {
        return centre.token(9, null, Map.of("class", "small")).text();
    }

    private static void until(java.util.concurrent.Callable<Boolean> holds) {
        await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(holds);
    }

    private void apply(String name, int unused, JsonNode... manifests) {
        apply(centre.client, name, new AppSpec(
                Arrays.asList(manifests), new AppSpec.Placement(new LabelSelectorBuilder().addToMatchLabels("class", "small").build()), List.of(), null, null));
    }

    private static void apply(KubernetesClient client, String name, AppSpec spec) {
        var app = new App();
        app.setMetadata(new ObjectMetaBuilder().withNamespace("default").withName(name).build());
        app.setSpec(spec);
        client.resource(app).fieldManager("test").forceConflicts().serverSideApply();
    }

    static JsonNode config(String name, String key, String value) {
        return JSON.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap")
                .<com.fasterxml.jackson.databind.node.ObjectNode>set("metadata", JSON.createObjectNode().put("name", name))
                .set("data", JSON.createObjectNode().put(key, value));
    }

    private App app(String name) {
        return centre.client.resources(App.class).inNamespace("default").withName(name).get();
    }

    private String state(String app) {
        return app(app).getStatus().state();
    }

    static Site site(Island at, String name) {
        return at.client.resources(Site.class).withName(name).get();
    }

    static ConfigMap map(Island at, String name) {
        return at.client.configMaps().inNamespace("default").withName(name).get();
    }

    static String value(Island at, String name, String key) {
        return Objects.requireNonNull(map(at, name)).getData().get(key);
    }
}
