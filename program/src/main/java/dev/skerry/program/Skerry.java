package dev.skerry.program;

import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.console.ConsoleServer;
import dev.skerry.console.ConsoleServer.ConsoleConfig;
import dev.skerry.data.DurableLog;
import dev.skerry.data.FileEventLog;
import dev.skerry.data.IngestStore;
import dev.skerry.data.LocalBus;
import dev.skerry.data.LogSettings;
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
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** One running skerry: starts its parts from the store up and stops them in the opposite order. Containers outlive it. */
final class Skerry implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Skerry.class.getName());
    private static final Duration OWN_CERTIFICATE = Duration.ofDays(365);

    private final Deque<Part> parts = new ArrayDeque<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();
    private final InstantSource clock = InstantSource.system();

    private record Part(String name, AutoCloseable closing) {}

    private Skerry() {}

    /** Starts everything that the configuration asks for; what has begun is stopped again if something fails. */
    static Skerry start(Config config) throws IOException {
        var skerry = new Skerry();
        try {
            skerry.wire(config);
            return skerry;
        } catch (IOException | RuntimeException | Error e) {
            skerry.close();
            throw e;
        }
    }

    /** One line for people and scripts: {@code ready name=... api=... kubeconfig=...}. */
    String readyLine() {
        var line = new StringBuilder("ready");
        addresses.forEach((name, address) -> line.append(' ').append(name).append('=').append(address));
        return line.toString();
    }

    private void wire(Config config) throws IOException {
        addresses.put("name", config.name());
        Files.createDirectories(config.data());
        keep("data folder", DataFolder.lock(config.data()));
        var authority = CertificateAuthority.loadOrCreate(config.data().resolve("pki"), "skerry-" + config.name(), clock);
        var store = keep("store", SqliteStore.open(config.data().resolve("kube/state.db")));
        var tls = serverTls(authority, config.api().address(), List.of("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", config.name()));
        var api = keep("API server", listen("api.port", config.api().port(), () -> ApiServer.start(new ServerConfig(
                config.api().address(), config.api().port(), tls, authority.certificate(), store, Map.of(), Optional.empty(), clock))));
        var url = "https://" + host(config.api().address()) + ":" + api.port();
        addresses.put("api", url);
        var kubeconfig = Kubeconfig.write(config.data().resolve("kubeconfig"), config.name(), url, authority);
        addresses.put("kubeconfig", kubeconfig.file().toString());
        var client = keep("client", kubeconfig.client());
        keep("controllers", Controllers.start(client, new ControllersConfig(Pem.encode(authority.certificate()), clock)));
        if (!config.modules().isEmpty()) {
            Crds.apply(client);
            wireCapabilities(config, authority, client);
        }
    }

    private void wireCapabilities(Config config, CertificateAuthority authority, KubernetesClient client) throws IOException {
        var events = keep("event log", FileEventLog.open(config.data().resolve("events")));
        var bus = new LocalBus();
        var log = keep("durable log", DurableLog.open(
                config.data().resolve("log"), LogSettings.defaults().withRetention(config.history().maxBytes(), config.history().maxAge()), clock));
        keep("durable log's ear", log.attach(bus));
        Optional<IngestStore> ingest = config.hub().isEmpty()
                ? Optional.empty()
                : Optional.of(keep("readings of the sites", IngestStore.open(config.data().resolve("readings"))));
        if (config.modules().contains(Config.Module.CONSOLE)) {
            var password = Passwords.loadOrCreate(config.data().resolve("console-password"));
            var address = config.console().address();
            var console = keep("console", listen("console.port", config.console().port(), () -> ConsoleServer.start(
                    new ConsoleConfig(config.name(), address, config.console().port(),
                            serverTls(authority, address, List.of("localhost", config.name())), password),
                    client, new WholeHistory(log, ingest), events, clock)));
            addresses.put("console", "https://" + host(address) + ":" + console.port());
        }
    }

    private interface Opening<T> {
        T open() throws IOException;
    }

    /** A port in use is a fault of the configuration, and told like one. */
    private static <T> T listen(String key, int port, Opening<T> opening) throws IOException {
        try {
            return opening.open();
        } catch (IOException | RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BindException) {
                    throw new IOException(key + ": " + port + " is in use or not ours (expected: a free port, or 0)", e);
                }
            }
            throw e;
        }
    }

    private static String host(String address) {
        return address.equals("0.0.0.0") ? "127.0.0.1" : address.contains(":") ? "[" + address + "]" : address;
    }

    private static SSLContext serverTls(CertificateAuthority authority, String address, List<String> names) {
        var keys = Keys.generate();
        var addresses = address.equals("127.0.0.1") || address.equals("0.0.0.0") ? List.of("127.0.0.1") : List.of("127.0.0.1", address);
        var certificate = authority.issue(keys.getPublic(), CertificateRequest.server("skerry", names, addresses, OWN_CERTIFICATE));
        return TlsContexts.of(keys.getPrivate(), List.of(certificate, authority.certificate()), List.of(authority.certificate()));
    }

    private <T extends AutoCloseable> T keep(String name, T part) {
        parts.push(new Part(name, part));
        return part;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            var part = parts.pop();
            try {
                part.closing().close();
            } catch (Exception e) {
                LOG.log(WARNING, "{0}: did not close: {1}", part.name(), e.getMessage());
            }
        }
    }
}
