package dev.skerry.kube.controllers;

import dev.skerry.kube.apiserver.ApiServer;
import dev.skerry.kube.apiserver.ServerConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.TlsContexts;
import dev.skerry.kube.store.SqliteStore;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real API over a store in a folder, its client, and the controllers beside it. */
final class Cluster implements AutoCloseable {

    private static final Duration VALIDITY = Duration.ofDays(1);

    private final SqliteStore store;
    private final ApiServer server;
    private final KubernetesClient client;
    private final ControllersConfig config;
    private Controllers controllers;

    private Cluster(SqliteStore store, ApiServer server, KubernetesClient client, ControllersConfig config) {
        this.store = store;
        this.server = server;
        this.client = client;
        this.config = config;
        this.controllers = Controllers.start(client, config);
    }

    static Cluster start(Path folder) throws IOException {
        var clock = InstantSource.system();
        var authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "test", clock);
        var store = SqliteStore.open(folder.resolve("state.db"));
        var keys = Keys.generate();
        var certificate = authority.issue(keys.getPublic(), CertificateRequest.server("test", List.of("localhost"), List.of("127.0.0.1"), VALIDITY));
        var tls = TlsContexts.of(keys.getPrivate(), List.of(certificate, authority.certificate()), List.of(authority.certificate()));
        var server = ApiServer.start(new ServerConfig("127.0.0.1", 0, tls, authority.certificate(), store, Map.of(), Optional.empty(), clock));
        var adminKeys = Keys.generate();
        var admin = authority.issue(adminKeys.getPublic(), CertificateRequest.client("admin", List.of("system:masters"), VALIDITY));
        var client = new KubernetesClientBuilder().withConfig(new ConfigBuilder()
                .withAutoConfigure(false)
                .withMasterUrl("https://127.0.0.1:" + server.port())
                .withCaCertData(base64(Pem.encode(authority.certificate())))
                .withClientCertData(base64(Pem.encode(admin)))
                .withClientKeyData(base64(Pem.encodeSec1(adminKeys)))
                .withClientKeyAlgo("EC")
                .withOnlyHttpWatches(true)
                .withNamespace("default")
                .build()).build();
        return new Cluster(store, server, client, new ControllersConfig(Pem.encode(authority.certificate()), clock));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    KubernetesClient client() {
        return client;
    }

    String authority() {
        return config.authorityPem();
    }

    void restartControllers() {
        controllers.close();
        controllers = Controllers.start(client, config);
    }

    /** Does something while no controller runs. */
    void withoutControllers(Runnable what) {
        controllers.close();
        what.run();
        controllers = Controllers.start(client, config);
    }

    @Override
    public void close() {
        controllers.close();
        client.close();
        server.close();
        store.close();
    }
}
