package dev.skerry.fabric.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.fabric.spoke.Spoke;
import dev.skerry.fabric.spoke.SpokeConfig;
import dev.skerry.model.Site;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who may be whom. */
class IdentityTest extends Fleet {

    @Test
    void saysWhyATokenIsNoGood() throws Exception {
        Island toll = island("toll-1");
        String once = centre.token(1, null, Map.of()).text();
        Spoke first = spoke(toll.spoke("toll-1", line.port(), once));
        until(first::isConnected);
        Island other = island("toll-2");
        Spoke used = spoke(other.spoke("toll-2", line.port(), once));
        until(() -> used.state().contains("token: used up after 1"));
        close(used);
        var late = JoinTokens.create(centre.client, centre.authority, Island.CLOCK, Duration.ofMillis(1), 1, null, Map.of());
        Spoke expired = spoke(other.spoke("toll-2", line.port(), late.text()));
        until(() -> expired.state().contains("token: expired at"));
        close(expired);
        Spoke none = spoke(other.spoke("toll-2", line.port(), null));
        until(() -> none.state().contains("token: none"));
        close(none);
        Spoke twin = spoke(other.spoke("toll-1", line.port(), token()));
        until(() -> twin.state().contains("toll-1 is enrolled with another key"));
        assertThat(first.isConnected()).isTrue();
    }

    /** A cloned disk: the box that is there stays, the newcomer is held off, and people are told. */
    @Test
    void holdsOffTheSecondOfTwoBoxesWithOneIdentity() throws Exception {
        Island toll = island("toll-1");
        Spoke first = spoke(toll, "toll-1");
        until(() -> connected("toll-1"));
        Island clone = island("clone");
        copy(toll.folder.resolve("spoke"), clone.folder.resolve("spoke"));
        Spoke second = spoke(clone.spoke("toll-1", line.port(), null));
        until(() -> second.state().contains("refused: conflict"));
        until(() -> "Conflicted".equals(site(centre, "toll-1").getStatus().state()));
        assertThat(first.isConnected()).isTrue();
        assertThat(centre.events.newest(50)).anySatisfy(e -> assertThat(e.message()).contains("two boxes with one identity"));
        apply("plant", config("settings", "a", "1"));
        until(() -> "1".equals(value(toll, "settings", "a")));
        assertThat(map(clone, "settings")).isNull();
    }

    @Test
    void renewsItsCertificatesByTheParentsClockWellBeforeTheyRunOut() throws Exception {
        Island toll = island("toll-1");
        var ahead = new AtomicReference<>(Duration.ofDays(-4_000)); // a box without a battery
        SpokeConfig plain = toll.spoke("toll-1", line.port(), token());
        Spoke spoke = spoke(new SpokeConfig(plain.name(), plain.parentHost(), plain.parentPort(), plain.token(), plain.folder(), plain.client(),
                plain.version(), plain.events(), () -> Instant.now().plus(ahead.get()), plain.look(), plain.tuning()));
        until(spoke::isConnected);
        Path file = toll.folder.resolve("spoke/management.crt");
        String first = Files.readString(file);
        ahead.set(ahead.get().plusDays(21));
        until(() -> !Files.readString(file).equals(first));
        until(spoke::isConnected);
        assertThat(site(centre, "toll-1").getStatus().incarnation()).isEqualTo(1);
    }

    @Test
    void endsTheSessionOfASiteThatIsDeleted() throws Exception {
        Island toll = island("toll-1");
        Spoke spoke = spoke(toll.spoke("toll-1", line.port(), centre.token(1, null, Map.of()).text()));
        until(() -> connected("toll-1"));
        centre.client.resource(site(centre, "toll-1")).delete();
        until(() -> !spoke.isConnected());
        until(() -> spoke.state().contains("refuses") || spoke.state().contains("refused"));
        assertThat(site(centre, "toll-1")).isNull();
    }

    /** The parent comes back from a backup that never heard of an App: the site keeps it until a person agrees to let it go. */
    @Test
    void deletesNothingForAParentThatWasRestored() throws Exception {
        Island toll = island("toll-1");
        spoke(toll, "toll-1");
        apply("plant", config("settings", "a", "1"));
        until(() -> "Ready".equals(state(centre, "plant")));
        close(parent);
        close(centre);
        Path backup = folder.resolve("backup");
        copy(centre.folder, backup);
        reopen();
        apply("plant", config("settings", "a", "2"));
        apply("later", config("later", "a", "1"));
        until(() -> "2".equals(value(toll, "settings", "a")) && "1".equals(value(toll, "later", "a")));
        until(() -> "Ready".equals(state(centre, "later")) && "Ready".equals(state(centre, "plant")));
        line.refuse();
        close(parent);
        close(centre);
        copy(backup, centre.folder);
        reopen();
        line.forward();
        until(() -> condition("toll-1", "ParentRolledBack").isPresent());
        restartParent(); // a second start must not take for granted what the first left open
        until(() -> connected("toll-1") && condition("toll-1", "ParentRolledBack").isPresent());
        apply("fresh", config("fresh", "a", "1"));
        until(() -> "1".equals(value(toll, "fresh", "a")));
        assertThat(value(toll, "later", "a")).isEqualTo("1");
        assertThat(value(toll, "settings", "a")).isEqualTo("2");
        centre.client.resources(Site.class).withName("toll-1").patch(
                PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"annotations\":{\"" + Sites.ACCEPT_ROLLBACK + "\":\"true\"}}}");
        until(() -> map(toll, "later") == null && "1".equals(value(toll, "settings", "a")));
        until(() -> condition("toll-1", "ParentRolledBack").isEmpty());
        until(() -> !Sites.acceptsRollback(site(centre, "toll-1")));
    }

    private void reopen() {
        centre = keep(new Island(folder.resolve("centre")));
        parent = keep(new Parent(centre));
        line.redirect(parent.hub.port());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            if (Files.exists(to)) {
                try (var old = Files.walk(to)) {
                    old.filter(Files::isRegularFile).forEach(f -> f.toFile().delete());
                }
            }
            files.forEach(f -> {
                try {
                    Path there = to.resolve(from.relativize(f).toString());
                    if (Files.isDirectory(f)) {
                        Files.createDirectories(there);
                    } else {
                        Files.copy(f, there, StandardCopyOption.REPLACE_EXISTING);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
