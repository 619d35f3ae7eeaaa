package dev.skerry.fabric.hub;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.fabric.spoke.Spoke;
import dev.skerry.fabric.spoke.SpokeConfig;
import dev.skerry.model.App;
import dev.skerry.model.AppSpec;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import dev.skerry.testkit.FaultProxy;
import io.fabric8.kubernetes.api.model.Condition;
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
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A centre with a hub behind a line that can be bad, and sites with an API each. */
abstract class Fleet {

    static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();
    Island centre;
    Parent parent;
    FaultProxy line;

    @BeforeEach
    void start() {
        centre = keep(new Island(folder.resolve("centre")));
        parent = keep(new Parent(centre));
        line = keep(FaultProxy.to(parent.hub.port()));
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    <T extends AutoCloseable> T keep(T thing) {
        open.push(thing);
        return thing;
    }

    void close(AutoCloseable thing) throws Exception {
        open.remove(thing);
        thing.close();
    }

    /** The hub goes and another comes, on another port behind the same line. */
    void restartParent() throws Exception {
        close(parent);
        parent = keep(new Parent(centre));
        line.redirect(parent.hub.port());
    }

    Island island(String name) {
        return keep(new Island(folder.resolve(name)));
    }

    Spoke spoke(Island at, String name) throws IOException {
        return keep(Spoke.start(at.spoke(name, line.port(), token())));
    }

    Spoke spoke(SpokeConfig config) throws IOException {
        return keep(Spoke.start(config));
    }

    String token() {
        return centre.token(9, null, Map.of("class", "small")).text();
    }

    static void until(Callable<Boolean> holds) {
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(holds);
    }

    void apply(String name, JsonNode... manifests) {
        apply(centre.client, name, null, manifests);
    }

    static void apply(KubernetesClient client, String name, String drift, JsonNode... manifests) {
        var app = new App();
        app.setMetadata(new ObjectMetaBuilder().withNamespace("default").withName(name).build());
        app.setSpec(spec(drift, manifests));
        client.resource(app).fieldManager("test").forceConflicts().serverSideApply();
    }

    static AppSpec spec(String drift, JsonNode... manifests) {
        var small = new LabelSelectorBuilder().addToMatchLabels("class", "small").build();
        return new AppSpec(Arrays.asList(manifests), new AppSpec.Placement(small), List.of(), null, drift);
    }

    static ObjectNode config(String name, String key, String value) {
        ObjectNode map = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
        map.putObject("metadata").put("name", name);
        map.putObject("data").put(key, value);
        return map;
    }

    static ObjectNode deployment(String name, Object replicas) {
        ObjectNode whole = JSON.createObjectNode().put("apiVersion", "apps/v1").put("kind", "Deployment");
        whole.putObject("metadata").put("name", name);
        ObjectNode spec = whole.putObject("spec");
        spec.set("replicas", JSON.valueToTree(replicas));
        spec.putObject("selector").putObject("matchLabels").put("app", name);
        ObjectNode template = spec.putObject("template");
        template.putObject("metadata").putObject("labels").put("app", name);
        template.putObject("spec").putArray("containers").addObject().put("name", "main").put("image", "local/none:1");
        return whole;
    }

    static App app(Island at, String name) {
        return at.client.resources(App.class).inNamespace("default").withName(name).get();
    }

    static String state(Island at, String app) {
        return app(at, app).getStatus().state();
    }

    Work work(String site, String app) {
        return centre.client.resources(Work.class).inNamespace("site-" + site).withName("default." + app).get();
    }

    static Site site(Island at, String name) {
        return at.client.resources(Site.class).withName(name).get();
    }

    Optional<Condition> condition(String site, String type) {
        return site(centre, site).getStatus().conditions().stream().filter(c -> c.getType().equals(type)).findFirst();
    }

    boolean connected(String site) {
        return condition(site, "Connected").orElseThrow().getStatus().equals("True");
    }

    static ConfigMap map(Island at, String name) {
        return at.client.configMaps().inNamespace("default").withName(name).get();
    }

    static String value(Island at, String name, String key) {
        return Objects.requireNonNull(map(at, name)).getData().get(key);
    }
}
