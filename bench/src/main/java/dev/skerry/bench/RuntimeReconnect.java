package dev.skerry.bench;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A site has its Pods from its parent. The parent goes; the site boots without it; the parent comes back. No container may notice. */
final class RuntimeReconnect {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration JOIN = Duration.ofSeconds(60);
    private static final int AWAY_SECONDS = 10;
    private static final int PODS = 10;
    private static final String APP = """
            apiVersion: skerry.dev/v1alpha1
            kind: App
            metadata: {name: web, namespace: default}
            spec:
              placement: {siteSelector: {}}
              manifests:
                - apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web, namespace: default}
                  spec:
                    replicas: %d
                    selector: {matchLabels: {app: web}}
                    template:
                      metadata: {labels: {app: web}}
                      spec:
                        terminationGracePeriodSeconds: 0
                        containers: [{name: main, image: "%s", command: [sleep, "100000"]}]
            """.formatted(PODS, RuntimeSite.IMAGE);

    private RuntimeReconnect() {}

    static void measure(Path folder, Figures figures) throws IOException, InterruptedException {
        var launcher = Launcher.find();
        var settings = "hub: {port: %d, dataPort: %d}\nruntime: {enabled: false}\n";
        String hub;
        String data;
        String token;
        try (var centre = launcher.up(folder, "centre", settings.formatted(0, 0))) {
            var ready = centre.awaitReady(START);
            hub = ready.get("hub");
            data = ready.get("data");
            token = launcher.token(folder.resolve("centre")).orElseThrow(() -> new IOException("centre: gives no token"));
        }
        // It comes back where it was.
        var again = settings.formatted(port(hub), port(data));
        try (var first = new Centre(launcher, folder, again);
                var site = RuntimeSite.start(folder, "parent: {address: '" + hub + "', token: '" + token + "'}\n")) {
            first.joined();
            try (var client = Launcher.client(first.kubeconfig())) {
                client.load(new ByteArrayInputStream(APP.getBytes(StandardCharsets.UTF_8))).serverSideApply();
            }
            try (var watch = new PodWatch(site.client(), "default")) {
                watch.await(all -> all.size() == PODS && all.values().stream().allMatch(PodWatch.Seen::ready), PODS + " ready", START);
            }
            var before = pods(site.client());
            first.close();
            TimeUnit.SECONDS.sleep(AWAY_SECONDS);
            site.kill();
            site.up();
            try (var second = new Centre(launcher, folder, again)) {
                var began = System.nanoTime();
                second.joined();
                figures.add("reconnectSeconds", (System.nanoTime() - began) / 1e9, "s");
                TimeUnit.SECONDS.sleep(AWAY_SECONDS);
                figures.add("restartsOnReconnect", RuntimeLoad.changed(before, pods(site.client())), "containers");
            }
        }
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static Map<String, PodWatch.Seen> pods(KubernetesClient client) {
        return client.pods().inNamespace("default").list().getItems().stream().collect(Collectors.toMap(p -> p.getMetadata().getName(), PodWatch::seen, (a, b) -> a, TreeMap::new));
    }

    /** The parent, from one start to its end. */
    private static final class Centre implements AutoCloseable {

        private final Launcher launcher;
        private final Child child;
        private final String kubeconfig;

        Centre(Launcher launcher, Path folder, String settings) throws IOException, InterruptedException {
            this.launcher = launcher;
            child = launcher.up(folder, "centre", settings);
            kubeconfig = child.awaitReady(START).get("kubeconfig");
        }

        String kubeconfig() {
            return kubeconfig;
        }

        void joined() throws IOException, InterruptedException {
            if (!launcher.awaitJoined(kubeconfig, "site", JOIN)) {
                throw new IOException("site: not joined in " + JOIN.toSeconds() + "s");
            }
        }

        @Override
        public void close() {
            child.close();
        }
    }
}
