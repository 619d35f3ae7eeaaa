package dev.skerry.program;

import dev.skerry.kube.apiserver.ApiServer;
import dev.skerry.kube.apiserver.ServerConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.TlsContexts;
import dev.skerry.kube.store.SqliteStore;
import dev.skerry.testkit.FaultProxy;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real API on a free port that knows Skerry's kinds and the namespace {@code default}, over a store in a folder, and two
 * clients: one near it, and one over a line that can break.
 */
record RunningApi(SqliteStore store, ApiServer server, KubernetesClient client, FaultProxy line, KubernetesClient far) implements AutoCloseable {

    static RunningApi start(Path folder) throws IOException {
        var clock = InstantSource.system();
        var authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "test", clock);
        var store = SqliteStore.open(folder.resolve("state.db"));
        var keys = Keys.generate();
        var certificate = authority.issue(
                keys.getPublic(), CertificateRequest.server("test", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1)));
        var tls = TlsContexts.of(keys.getPrivate(), List.of(certificate, authority.certificate()), List.of(authority.certificate()));
        var server = ApiServer.start(new ServerConfig("127.0.0.1", 0, tls, authority.certificate(), store, Map.of(), Optional.empty(), clock));
        var client = Kubeconfig.write(folder.resolve("kubeconfig"), "test", "https://127.0.0.1:" + server.port(), authority).client();
        Crds.apply(client);
        client.namespaces().resource(new NamespaceBuilder().withNewMetadata().withName("default").endMetadata().build()).create();
        var line = FaultProxy.to(server.port());
        var far = Kubeconfig.write(folder.resolve("kubeconfig-far"), "test", "https://127.0.0.1:" + line.port(), authority).client();
        return new RunningApi(store, server, client, line, far);
    }

    @Override
    public void close() {
        far.close();
        line.close();
        client.close();
        server.close();
        store.close();
    }
}
