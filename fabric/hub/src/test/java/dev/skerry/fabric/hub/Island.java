package dev.skerry.fabric.hub;

import dev.skerry.data.FileEventLog;
import dev.skerry.fabric.link.JoinSecret;
import dev.skerry.fabric.link.LinkTuning;
import dev.skerry.fabric.spoke.SpokeConfig;
import dev.skerry.kube.apiserver.ApiServer;
import dev.skerry.kube.apiserver.ServerConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.TlsContexts;
import dev.skerry.kube.store.SqliteStore;
import dev.skerry.model.App;
import dev.skerry.model.Device;
import dev.skerry.model.JoinToken;
import dev.skerry.model.Rule;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A place of its own: a real API with Skerry's kinds, an authority, an event log; all in one folder, all on loopback. */
final class Island implements AutoCloseable {

    static final InstantSource CLOCK = InstantSource.system();
    static final LinkTuning QUICK = new LinkTuning(
            Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofSeconds(1), 64 * 1024);

    final Path folder;
    final CertificateAuthority authority;
    final KubernetesClient client;
    final FileEventLog events;
    private final SqliteStore store;
    private final ApiServer api;

    Island(Path folder) {
        try {
            this.folder = folder;
            Files.createDirectories(folder);
            authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "test", CLOCK);
            store = SqliteStore.open(folder.resolve("state.db"));
            var keys = Keys.generate();
            var certificate = authority.issue(
                    keys.getPublic(), CertificateRequest.server("test", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1)));
            var tls = TlsContexts.of(keys.getPrivate(), List.of(certificate), List.of(authority.certificate()));
            api = ApiServer.start(new ServerConfig(
                    "127.0.0.1", 0, tls, authority.certificate(), store, Map.of(), Optional.empty(), CLOCK));
            client = client(api.port());
            events = FileEventLog.open(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (var kind : List.of(App.class, Work.class, Site.class, JoinToken.class, Device.class, Rule.class)) {
            String file = "/META-INF/fabric8/" + io.fabric8.kubernetes.client.CustomResource.getCRDName(kind) + "-v1.yml";
            try (var in = Island.class.getResourceAsStream(file)) {
                client.load(in).serverSideApply();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private KubernetesClient client(int port) {
        var keys = Keys.generate();
        var certificate = authority.issue(
                keys.getPublic(), CertificateRequest.client("admin", List.of("system:masters"), Duration.ofDays(1)));
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                        .withMasterUrl("https://127.0.0.1:" + port)
                        .withCaCertData(base64(Pem.encode(authority.certificate())))
                        .withClientCertData(base64(Pem.encode(certificate)))
                        .withClientKeyData(base64(Pem.encodeSec1(keys)))
                        .withClientKeyAlgo("EC")
                        .withOnlyHttpWatches(true)
                        .build())
                .build();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    HubConfig hub(int port) {
        return new HubConfig(
                client, folder.resolve("hub"), authority, "127.0.0.1", port, List.of(), "test.skerry", "1.0", CLOCK, events, QUICK);
    }

    /** As a site below a parent that listens there. */
    SpokeConfig spoke(String name, int parentPort, String token) {
        return new SpokeConfig(
                name, "127.0.0.1", parentPort, token, folder.resolve("spoke"), client, "1.0", events, CLOCK, Duration.ofSeconds(1), QUICK);
    }

    JoinSecret token(int uses, String site, Map<String, String> labels) {
        return JoinTokens.create(client, authority, CLOCK, Duration.ofHours(1), uses, site, labels);
    }

    @Override
    public void close() throws IOException {
        client.close();
        api.close();
        events.close();
        store.close();
    }
}
