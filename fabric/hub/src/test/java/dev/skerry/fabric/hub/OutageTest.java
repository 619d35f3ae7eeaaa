package dev.skerry.fabric.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.data.EventLog;
import dev.skerry.fabric.spoke.Spoke;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Cuts, restarts, and boots with nobody there. */
class OutageTest extends Fleet {

    @Test
    void convergesAfterEditsOnBothSidesOfACutLine() throws Exception {
        Island toll = island("toll-1");
        spoke(toll, "toll-1");
        apply("plant", config("settings", "a", "1"));
        apply("old", config("old", "a", "1"));
        until(() -> "Ready".equals(state(centre, "plant")) && "Ready".equals(state(centre, "old")));
        line.refuse();
        until(() -> !connected("toll-1"));
        assertThat(site(centre, "toll-1").getStatus().link().state()).isEqualTo("Lost");
        apply("plant", config("settings", "a", "2"));
        apply("new", config("new", "a", "1"));
        centre.client.resource(app(centre, "old")).delete();
        until(() -> "Absent".equals(app(centre, "plant").getStatus().where().getFirst().state()));
        toll.client.configMaps().inNamespace("default").withName("settings").delete();
        until(() -> "1".equals(value(toll, "settings", "a")));
        line.forward();
        until(() -> "2".equals(value(toll, "settings", "a")) && "1".equals(value(toll, "new", "a")) && map(toll, "old") == null);
        until(() -> "Ready".equals(state(centre, "plant")) && "Ready".equals(state(centre, "new")));
        until(() -> connected("toll-1"));
    }

    /** A rewritten object restarts Pods: neither a cut nor a new hub may cause that. */
    @Test
    void touchesNothingWhenAnUnchangedWorkComesAgain() throws Exception {
        Island toll = island("toll-1");
        Spoke first = spoke(toll, "toll-1");
        apply("plant", config("settings", "a", "1"), deployment("hmi", 1));
        until(() -> work("toll-1", "plant").getStatus().manifests().size() == 2);
        String map = map(toll, "settings").getMetadata().getResourceVersion();
        var hmi = toll.client.apps().deployments().inNamespace("default").withName("hmi");
        String deployment = hmi.get().getMetadata().getResourceVersion();
        for (int i = 0; i < 2; i++) {
            long before = line.connections();
            line.cut();
            until(() -> line.connections() > before && connected("toll-1"));
        }
        restartParent();
        until(() -> connected("toll-1"));
        close(first);
        spoke(toll, "toll-1");
        until(() -> site(centre, "toll-1").getStatus().incarnation() == 2);
        until(() -> condition("toll-1", "InSync").orElseThrow().getStatus().equals("True"));
        apply("marker", config("marker", "a", "1"));
        until(() -> "Ready".equals(state(centre, "marker"))); // whatever the applier had to do is done by now
        assertThat(map(toll, "settings").getMetadata().getResourceVersion()).isEqualTo(map);
        assertThat(hmi.get().getMetadata().getResourceVersion()).isEqualTo(deployment);
    }

    @Test
    void bootsAloneAndAppliesWhatItKnows() throws Exception {
        Island toll = island("toll-1");
        Spoke spoke = spoke(toll, "toll-1");
        apply("plant", config("settings", "a", "1"));
        until(() -> "Ready".equals(state(centre, "plant")));
        close(spoke);
        close(parent);
        toll.client.configMaps().inNamespace("default").withName("settings").delete();
        spoke(toll.spoke("toll-1", line.port(), null));
        until(() -> "1".equals(value(toll, "settings", "a")));
    }

    @Test
    void startsWithoutAParentAndJoinsWhenItComes() throws Exception {
        Island toll = island("toll-1");
        line.refuse();
        Spoke spoke = spoke(toll, "toll-1");
        until(() -> spoke.state().contains("not reached"));
        apply("plant", config("settings", "a", "1"));
        line.forward();
        until(() -> "1".equals(value(toll, "settings", "a")));
    }

    /** Whatever a restarted hub missed while it was down, deletions above all, it tells by a digest. */
    @Test
    void tellsADeletionThatHappenedWhileTheHubWasDown() throws Exception {
        Island toll = island("toll-1");
        spoke(toll, "toll-1");
        apply("plant", config("settings", "a", "1"));
        until(() -> "Ready".equals(state(centre, "plant")));
        line.refuse();
        close(parent);
        centre.client.resource(work("toll-1", "plant")).delete();
        centre.client.resource(app(centre, "plant")).edit(a -> {
            a.getMetadata().setFinalizers(new ArrayList<>());
            return a;
        });
        centre.client.resource(app(centre, "plant")).delete();
        parent = keep(new Parent(centre));
        line.redirect(parent.hub.port());
        until(() -> condition("toll-1", "Connected").orElseThrow().getStatus().equals("Unknown"));
        assertThat(site(centre, "toll-1").getStatus().link().state()).isEqualTo("Lost");
        line.forward();
        until(() -> map(toll, "settings") == null);
    }

    /** Frames break in the middle at random bytes; the seed is printed by a failure. */
    @Test
    void losesAndDoublesNothingOverALineThatBreaksInMidFrame() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        Island toll = island("toll-1");
        spoke(toll, "toll-1");
        until(() -> connected("toll-1"));
        int told = 0;
        for (int round = 0; round < 12; round++) {
            line.cutAfter(1 + random.nextInt(6_000));
            for (int i = 0; i < 4; i++) {
                apply("app-" + random.nextInt(5), config("map-" + random.nextInt(5), "round", round + "-" + i));
                toll.events.append(new EventLog.Event(0, Instant.now(), "test", "info", "", "test", "event " + told++, Map.of()));
            }
        }
        line.forward();
        for (int i = 0; i < 5; i++) {
            apply("app-" + i, config("map-" + i, "last", "value-" + i));
        }
        int all = told;
        until(() -> centre.events.newest(1_000).stream().filter(e -> e.kind().equals("test")).count() >= all);
        var messages = centre.events.newest(1_000).stream().filter(e -> e.kind().equals("test")).map(EventLog.Event::message).toList();
        var expected = new ArrayList<String>();
        for (int i = 0; i < all; i++) {
            expected.add("event " + i);
        }
        assertThat(messages).as("seed " + seed).containsExactlyInAnyOrderElementsOf(expected);
        for (int i = 0; i < 5; i++) {
            int n = i;
            until(() -> ("value-" + n).equals(value(toll, "map-" + n, "last")));
            until(() -> "Ready".equals(state(centre, "app-" + n)));
        }
    }
}
