package dev.skerry.kube.apiserver;

import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.TlsContexts;
import dev.skerry.kube.store.SqliteStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A server on a free port over a store in a temporary folder, and a client of the group system:masters. */
final class RunningServer implements AutoCloseable {

    static final Duration TIMEOUT = Duration.ofSeconds(20);

    final SqliteStore store;
    final ApiServer server;
    final HttpClient admin;
    final HttpClient nobody;
    final String url;

    RunningServer(Path folder) throws IOException {
        this(folder, AccessConfig.USUAL);
    }

    RunningServer(Path folder, AccessConfig access) throws IOException {
        this(folder, access, null);
    }

    /** @param streams null where there is no node */
    RunningServer(Path folder, AccessConfig access, @org.jspecify.annotations.Nullable PodStreams streams) throws IOException {
        var clock = InstantSource.system();
        var authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "test", clock);
        store = SqliteStore.open(folder.resolve("state.db"));
        var trusted = List.of(authority.certificate());
        var own = Keys.generate();
        var tls = TlsContexts.of(
                own.getPrivate(),
                List.of(authority.issue(own.getPublic(), CertificateRequest.server("server", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1)))),
                trusted);
        var config = new ServerConfig(
                "127.0.0.1", 0, tls, authority.certificate(), store,
                Map.of("good-token", new ServerConfig.User("bot", List.of("system:masters")), "weak-token", new ServerConfig.User("guest", List.of())),
                Optional.empty(), clock, access);
        server = ApiServer.start(streams == null ? config : config.withStreams(streams));
        url = "https://127.0.0.1:" + server.port();
        var keys = Keys.generate();
        var chain = List.of(authority.issue(keys.getPublic(), CertificateRequest.client("admin", List.of("system:masters"), Duration.ofDays(1))));
        admin = HttpClient.newBuilder().sslContext(TlsContexts.of(keys.getPrivate(), chain, trusted)).version(HttpClient.Version.HTTP_1_1).build();
        nobody = HttpClient.newBuilder().sslContext(TlsContexts.trusting(trusted)).version(HttpClient.Version.HTTP_1_1).build();
    }

    /** A connection on which a test sends what it likes. */
    java.net.Socket socket() throws IOException {
        return nobody.sslContext().getSocketFactory().createSocket("127.0.0.1", server.port());
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) throws IOException, InterruptedException {
        return send(admin, method, path, body, headers);
    }

    HttpResponse<String> send(HttpClient client, String method, String path, String body, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        var typed = false;
        for (int i = 0; i < headers.length; i += 2) {
            typed |= headers[i].equalsIgnoreCase("Content-Type");
            request.header(headers[i], headers[i + 1]);
        }
        if (!typed && !body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.close();
        store.close();
        admin.close();
        nobody.close();
    }
}
