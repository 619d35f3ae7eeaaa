package dev.skerry.fabric.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.fabric.spoke.DataChannel;
import dev.skerry.fabric.spoke.Spoke;
import dev.skerry.model.App;
import dev.skerry.model.Work;
import dev.skerry.model.WorkStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What an App becomes at a site, and what comes back. */
class LinkTest extends Fleet {

    @Test
    void bringsAnAppToASiteAndTellsHowItDoes() throws Exception {
        Island toll = island("toll-1");
        spoke(toll, "toll-1");
        apply("plant", config("settings", "a", "1"));
        until(() -> "1".equals(value(toll, "settings", "a")));
        until(() -> "Ready".equals(state(centre, "plant")));
        assertThat(app(centre, "plant").getStatus().sites().ok()).isEqualTo(1);
        until(() -> "1/1".equals(site(centre, "toll-1").getStatus().apps().text()));
        until(() -> "Ready".equals(site(centre, "toll-1").getStatus().state()));
        assertThat(map(toll, "settings").getMetadata().getLabels()).containsEntry("skerry.dev/app", "plant");
        until(() -> centre.events.newest(50).stream().anyMatch(e -> e.site().equals("toll-1") && e.kind().equals("rollout")));

        apply("plant", config("settings", "b", "2"), config("more", "c", "3"));
        until(() -> "2".equals(value(toll, "settings", "b")) && "3".equals(value(toll, "more", "c")));
        assertThat(map(toll, "settings").getData()).doesNotContainKey("a");
        apply("plant", config("more", "c", "3"));
        until(() -> map(toll, "settings") == null);

        centre.client.resources(App.class).inNamespace("default").withName("plant").delete();
        until(() -> map(toll, "more") == null);
        until(() -> centre.client.resources(Work.class).inAnyNamespace().list().getItems().isEmpty());
    }

    /** The user must find the wrong field from the centre, and the rest of the App must run. */
    @Test
    void namesTheFieldOfABadManifestAndAppliesTheOthers() throws Exception {
        Island toll = island("toll-1");
        spoke(toll, "toll-1");
        apply("plant", deployment("hmi", "many"), config("settings", "a", "1"),
                JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Nonsense").set("metadata", JSON.createObjectNode().put("name", "x")));
        until(() -> "1".equals(value(toll, "settings", "a")));
        until(() -> "Failed".equals(state(centre, "plant")));
        WorkStatus status = work("toll-1", "plant").getStatus();
        assertThat(status.manifests()).anySatisfy(m -> assertThat(m.message()).contains("replicas"));
        assertThat(status.manifests()).anySatisfy(m -> assertThat(m.message()).contains("kind: Nonsense of v1"));
        assertThat(status.manifests()).anySatisfy(m -> assertThat(m.applied() && m.healthy()).isTrue());
        assertThat(app(centre, "plant").getStatus().message()).contains("0 of 1 sites run it; toll-1:");

        apply("plant", deployment("hmi", 1), config("settings", "a", "1"));
        until(() -> toll.client.apps().deployments().inNamespace("default").withName("hmi").get() != null);
        until(() -> "Progressing".equals(state(centre, "plant"))); // nobody runs Deployments on this island
    }

    @Test
    void refusesAWorkThatTheParentDidNotSignForThisSite() throws Exception {
        Island toll = island("toll-1");
        spoke(toll, "toll-1");
        apply("plant", config("settings", "a", "1"));
        until(() -> "Ready".equals(state(centre, "plant")));
        Work real = work("toll-1", "plant");
        var forged = new Work();
        forged.setMetadata(new ObjectMetaBuilder().withNamespace("site-toll-1").withName("default.forged").build());
        forged.setSpec(new dev.skerry.model.WorkSpec(
                "forged", "default", 1, null, List.of(config("evil", "a", "1")), real.getSpec().signature()));
        centre.client.resource(forged).create();
        until(() -> work("toll-1", "forged").getStatus().message().startsWith("spec.signature: not made for this site"));
        assertThat(map(toll, "evil")).isNull();
        assertThat(map(toll, "settings")).isNotNull();
    }

    /** Drift is put back even with no parent; or it stays and is told, if the App says so. */
    @Test
    void putsDriftBackOrKeepsAndReportsIt() throws Exception {
        Island toll = island("toll-1");
        spoke(toll, "toll-1");
        apply(centre.client, "strict", null, config("strict", "a", "1"));
        apply(centre.client, "lax", "Keep", config("lax", "a", "1"));
        until(() -> "Ready".equals(state(centre, "strict")) && "Ready".equals(state(centre, "lax")));
        line.refuse();
        for (String name : List.of("strict", "lax")) {
            toll.client.configMaps().inNamespace("default").withName(name).edit(m -> {
                m.getData().put("a", "changed");
                return m;
            });
        }
        until(() -> "1".equals(value(toll, "strict", "a")));
        line.forward();
        until(() -> work("toll-1", "lax").getStatus().manifests().getFirst().message().contains("kept so: data.a"));
        assertThat(value(toll, "lax", "a")).isEqualTo("changed");
        until(() -> centre.events.newest(50).stream().anyMatch(e -> e.kind().equals("drift") && e.site().equals("toll-1")));
    }

    @Test
    void saysWhatItDoesNotDoYet() throws Exception {
        var spec = spec(null, config("settings", "a", "1"));
        var app = new App();
        app.setMetadata(new ObjectMetaBuilder().withNamespace("default").withName("plant").build());
        app.setSpec(new dev.skerry.model.AppSpec(spec.manifests(), spec.placement(), List.of(),
                new dev.skerry.model.AppSpec.Rollout(List.of(), 2, "Pause"), null));
        centre.client.resource(app).create();
        until(() -> app(centre, "plant").getStatus().conditions().stream().anyMatch(c -> c.getType().equals("RolloutIgnored")));
        assertThat(state(centre, "plant")).isEqualTo("Waiting");
    }

    @Test
    void keepsItsKeysToItselfAndOffersTheDataChannel() throws Exception {
        Island toll = island("toll-1");
        parent.hub.dataPort(4711);
        Spoke spoke = spoke(toll, "toll-1");
        var channel = new AtomicReference<DataChannel>();
        spoke.onDataChannel(channel::set);
        until(() -> channel.get() != null);
        assertThat(channel.get().port()).isEqualTo(4711);
        assertThat(channel.get().chain().getFirst().getPublicKey()).isNotNull();
        for (String key : List.of("management.key", "data.key")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(toll.folder.resolve("spoke/" + key)))).isEqualTo("rw-------");
        }
        parent.hub.dataPort(4712);
        until(() -> connected("toll-1"));
        line.cut();
        until(() -> channel.get().port() == 4712);
    }
}
