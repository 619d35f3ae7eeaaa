package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skerry.testkit.PostgresServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two skerries, each a process, over one PostgreSQL. */
class ReplicasTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void oneIsKilledUnderLoadAndTheOtherGoesOnWithoutAGap(@TempDir Path folder) throws Exception {
        assumeTrue(PostgresServer.present(), "no PostgreSQL on this machine (expected: Debian's package postgresql)");
        var stop = new AtomicBoolean();
        try (var database = PostgresServer.start();
                var first = start("a", database, folder);
                var writers = Executors.newVirtualThreadPerTaskExecutor();
                AutoCloseable halt = () -> end(stop, writers)) {
            first.awaitReady();
            copyAuthority(folder);
            try (var second = start("b", database, folder)) {
                second.awaitReady();
                try (var toFirst = first.client(); var toSecond = second.client()) {
                    await().atMost(SOON).ignoreExceptions().until(() -> toSecond.namespaces().withName("default").get() != null);
                    var begin = toSecond.configMaps().inNamespace("default").list(new ListOptionsBuilder().withLimit(1L).build()).getMetadata().getResourceVersion();
                    var acknowledged = new ConcurrentLinkedQueue<String>();
                    for (int w = 0; w < 4; w++) {
                        var writer = w;
                        writers.submit(() -> write(toFirst, "w" + writer, acknowledged, stop));
                    }
                    // A watch at the first, by itself: what it has seen last is where the other one goes on.
                    var before = new ConcurrentLinkedQueue<ConfigMap>();
                    var watching = watch(toFirst, begin, before);
                    await().atMost(SOON).until(() -> acknowledged.size() > 200 && before.size() > 100);
                    first.kill();
                    end(stop, writers);
                    watching.close();
                    var seen = before.stream().toList();
                    var after = new ConcurrentLinkedQueue<ConfigMap>();
                    try (var resumed = watch(toSecond, seen.getLast().getMetadata().getResourceVersion(), after)) {
                        var made = toSecond.configMaps().inNamespace("default").resource(map("after-the-kill")).create();
                        await().atMost(SOON).until(() -> after.stream().anyMatch(m -> m.getMetadata().getName().equals(made.getMetadata().getName())));
                    }
                    var present = toSecond.configMaps().inNamespace("default").list().getItems().stream().map(m -> m.getMetadata().getName()).toList();
                    assertThat(present).containsAll(acknowledged);
                    var told = new ConcurrentLinkedQueue<String>();
                    seen.forEach(m -> told.add(m.getMetadata().getName()));
                    after.forEach(m -> told.add(m.getMetadata().getName()));
                    assertThat(told).doesNotHaveDuplicates().containsAll(acknowledged);
                    // The controllers moved over: a namespace of now gets its account.
                    toSecond.namespaces().resource(new NamespaceBuilder().withNewMetadata().withName("late").endMetadata().build()).create();
                    await().atMost(SOON).until(() -> toSecond.serviceAccounts().inNamespace("late").withName("default").get() != null);
                }
            }
        }
    }

    /** Also ends what waits for another try at the one that is gone. */
    private static void end(AtomicBoolean stop, java.util.concurrent.ExecutorService writers) {
        stop.set(true);
        writers.shutdownNow();
    }

    private static SiteProcess start(String name, PostgresServer database, Path folder) throws Exception {
        var config = folder.resolve(name + ".yaml");
        Files.writeString(config, """
                name: %s
                modules: []
                runtime: {enabled: false}
                api:
                  port: 0
                  store: {postgresql: {url: "%s", user: %s, passwordFile: %s}}
                """.formatted(name, database.url(), PostgresServer.USER, database.passwordFile()));
        return SiteProcess.start(config, folder.resolve(name), folder.resolve(name + ".log"));
    }

    private static void copyAuthority(Path folder) throws Exception {
        Files.createDirectories(folder.resolve("b/pki"));
        for (var file : new String[] {"ca.crt", "ca.key"}) {
            Files.copy(folder.resolve("a/pki").resolve(file), folder.resolve("b/pki").resolve(file));
        }
    }

    private static void write(KubernetesClient client, String prefix, Queue<String> acknowledged, AtomicBoolean stop) {
        for (int i = 0; !stop.get(); i++) {
            try {
                acknowledged.add(client.configMaps().inNamespace("default").resource(map(prefix + "-" + i)).create().getMetadata().getName());
            } catch (KubernetesClientException e) {
                // Refused, or cut off: not acknowledged.
                Thread.onSpinWait();
            }
        }
    }

    private static ConfigMap map(String name) {
        return new ConfigMapBuilder().withNewMetadata().withName(name).endMetadata().withData(Map.of("key", "x".repeat(1_000))).build();
    }

    private static Watch watch(KubernetesClient client, String from, Queue<ConfigMap> into) {
        return client.configMaps().inNamespace("default").watch(new ListOptionsBuilder().withResourceVersion(from).build(), new Watcher<>() {
            @Override
            public boolean reconnecting() {
                return false;
            }

            @Override
            public void eventReceived(Action action, ConfigMap map) {
                if (action == Action.ADDED && !map.getMetadata().getName().startsWith("kube-root")) {
                    into.add(map);
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                // The replica was killed.
            }
        });
    }
}
