package dev.skerry.kube.clients;

import static org.awaitility.Awaitility.await;

import dev.skerry.kube.apiserver.ApiServer;
import dev.skerry.kube.apiserver.ServerConfig;
import dev.skerry.kube.controllers.Controllers;
import dev.skerry.kube.controllers.ControllersConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.TlsContexts;
import dev.skerry.kube.store.SqliteStore;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The real API over a store in a folder, with its controllers and no node, and a kubeconfig for whoever wants to talk to it. */
final class Cluster implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration VALIDITY = Duration.ofDays(1);

    private final Path folder;
    private final CertificateAuthority authority;
    private final Path kubeconfig;
    private Running running;

    private record Running(SqliteStore store, ApiServer server, KubernetesClient client, Controllers controllers) {
        void stop() {
            controllers.close();
            client.close();
            server.close();
            store.close();
        }
    }

    private Cluster(Path folder, CertificateAuthority authority) throws IOException {
        this.folder = folder;
        this.authority = authority;
        kubeconfig = folder.resolve("kubeconfig");
        running = run(0);
    }

    static Cluster start(Path folder) throws IOException {
        return new Cluster(folder, CertificateAuthority.loadOrCreate(folder.resolve("pki"), "test", InstantSource.system()));
    }

    private Running run(int port) throws IOException {
        var clock = InstantSource.system();
        var store = SqliteStore.open(folder.resolve("state.db"));
        var keys = Keys.generate();
        var certificate = authority.issue(keys.getPublic(), CertificateRequest.server("test", List.of("localhost"), List.of("127.0.0.1"), VALIDITY));
        var tls = TlsContexts.of(keys.getPrivate(), List.of(certificate, authority.certificate()), List.of(authority.certificate()));
        var server = ApiServer.start(new ServerConfig("127.0.0.1", port, tls, authority.certificate(), store, Map.of(), Optional.empty(), clock));
        if (port == 0) {
            writeKubeconfig(server.port());
        }
        var client = newClient();
        var controllers = Controllers.start(client, new ControllersConfig(Pem.encode(authority.certificate()), clock).withSigner(authority));
        // What a user's program may take for granted: the controllers make it a moment after they have started.
        await().atMost(SOON).until(() -> client.namespaces().withName("default").get() != null);
        return new Running(store, server, client, controllers);
    }

    private void writeKubeconfig(int port) throws IOException {
        var keys = Keys.generate();
        var admin = authority.issue(keys.getPublic(), CertificateRequest.client("kubernetes-admin", List.of("system:masters"), VALIDITY));
        Files.writeString(kubeconfig, """
                apiVersion: v1
                kind: Config
                clusters:
                - name: plain
                  cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}
                users:
                - name: admin
                  user: {client-certificate-data: %s, client-key-data: %s}
                contexts:
                - name: plain
                  context: {cluster: plain, user: admin, namespace: default}
                current-context: plain
                """.formatted(port, base64(Pem.encode(authority.certificate())), base64(Pem.encode(admin)),
                base64(Pem.encodeSec1(keys))));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** For clients that read one. */
    Path kubeconfig() {
        return kubeconfig;
    }

    /** The client of the controllers; it ends with the server. */
    KubernetesClient client() {
        return running.client();
    }

    /** Another client with default settings; the caller closes it. */
    KubernetesClient newClient() throws IOException {
        return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(Files.readString(kubeconfig))).build();
    }

    /** Ends the server and starts it again where it was. */
    void restart() throws IOException {
        int port = running.server().port();
        running.stop();
        running = run(port);
    }

    @Override
    public void close() {
        running.stop();
    }
}
