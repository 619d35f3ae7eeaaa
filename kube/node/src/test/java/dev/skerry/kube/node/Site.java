package dev.skerry.kube.node;

import dev.skerry.kube.apiserver.ApiServer;
import dev.skerry.kube.apiserver.PodStreams;
import dev.skerry.kube.apiserver.ServerConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.TlsContexts;
import dev.skerry.kube.store.SqliteStore;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real API in a folder, a node agent beside it, and a containerd that lives as long as the site. */
final class Site implements AutoCloseable {

    static final String NODE = "box";
    private static final Duration VALIDITY = Duration.ofDays(1);

    private final Path folder;
    private final SqliteStore store;
    private final ApiServer server;
    private final KubernetesClient client;
    private final AgentStreams streams;
    private NodeAgent agent;

    private Site(Path folder, SqliteStore store, ApiServer server, KubernetesClient client, AgentStreams streams) throws IOException {
        this.folder = folder;
        this.store = store;
        this.server = server;
        this.client = client;
        this.streams = streams;
        this.agent = startAgent();
    }

    static Site start(Path folder) throws IOException {
        var clock = InstantSource.system();
        var authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "test", clock);
        var store = SqliteStore.open(folder.resolve("state.db"));
        var keys = Keys.generate();
        var certificate = authority.issue(keys.getPublic(), CertificateRequest.server("test", List.of("localhost"), List.of("127.0.0.1"), VALIDITY));
        var tls = TlsContexts.of(keys.getPrivate(), List.of(certificate, authority.certificate()), List.of(authority.certificate()));
        var streams = new AgentStreams();
        var server = ApiServer.start(new ServerConfig("127.0.0.1", 0, tls, authority.certificate(), store, Map.of(), Optional.empty(), clock).withStreams(streams));
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
        if (client.namespaces().withName("default").get() == null) {
            client.resource(new NamespaceBuilder().withNewMetadata().withName("default").endMetadata().build()).create();
            // What the namespace controller would bring: each Pod mounts a token and the authority.
            client.resource(new ServiceAccountBuilder().withNewMetadata().withName("default").withNamespace("default").endMetadata().build()).create();
            client.resource(new ConfigMapBuilder().withNewMetadata().withName("kube-root-ca.crt").withNamespace("default").endMetadata()
                    .addToData("ca.crt", Pem.encode(authority.certificate())).build()).create();
        }
        return new Site(folder, store, server, client, streams);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    Path nodeFolder() {
        return folder.resolve("node");
    }

    private NodeAgent startAgent() throws IOException {
        var started = NodeAgent.start(new NodeConfig(NODE, nodeFolder(), Optional.empty(), InstantSource.system()), client);
        streams.agent = started;
        return started;
    }

    KubernetesClient client() {
        return client;
    }

    /** What a process that dies leaves: nothing of the agent is told to end in order. */
    void restartAgent() throws IOException {
        agent.close();
        agent = startAgent();
    }

    /** @param container empty for the only one */
    String log(String pod, String container) throws IOException, InterruptedException {
        var out = new ByteArrayOutputStream();
        agent.logs("default", pod, container, new NodeAgent.LogOptions(false, false, false, -1, Optional.empty(), -1), out);
        return out.toString(StandardCharsets.UTF_8);
    }

    String log(String pod, boolean previous) throws IOException, InterruptedException {
        var out = new ByteArrayOutputStream();
        agent.logs("default", pod, "", new NodeAgent.LogOptions(false, previous, false, -1, Optional.empty(), -1), out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        agent.close();
        Teardown.of(nodeFolder());
        client.close();
        server.close();
        store.close();
    }

    /** Opens the streams of the agent that runs now. */
    private static final class AgentStreams implements PodStreams {
        private volatile NodeAgent agent;

        private static ContainerStreams.Ends ends(Ends ends) {
            return new ContainerStreams.Ends(ends.stdin(), ends.stdout(), ends.stderr(), ends.tty());
        }

        @Override
        public URI exec(Of container, List<String> command, Ends ends) throws IOException {
            return agent.streams().exec(container.uid(), container.container(), command, ends(ends));
        }

        @Override
        public URI attach(Of container, Ends ends) throws IOException {
            return agent.streams().attach(container.uid(), container.container(), ends(ends));
        }

        @Override
        public URI portForward(Of pod, List<Integer> ports) throws IOException {
            return agent.streams().portForward(pod.namespace(), pod.pod(), pod.uid(), ports);
        }
    }
}
