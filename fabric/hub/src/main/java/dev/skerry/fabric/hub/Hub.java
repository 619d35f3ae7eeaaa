package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.LinkSettings;
import dev.skerry.fabric.link.LinkTls;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The parent's side of the management channel: sites enrol here, and hang on from here. */
public final class Hub implements AutoCloseable {

    private static final Duration CERTIFICATE = Duration.ofDays(5 * 365);
    private static final int MAX_FRAME = 8 << 20;
    private static final int CLOSING_SECONDS = 3;

    private final Server server;
    private final ExecutorService calls;
    private final AtomicInteger dataPort;
    private final HubStore store;
    private final Links links;
    private final AppReconciler apps;

    private Hub(Server server, ExecutorService calls, AtomicInteger dataPort, HubStore store, Links links, AppReconciler apps) {
        this.server = server;
        this.calls = calls;
        this.dataPort = dataPort;
        this.store = store;
        this.links = links;
        this.apps = apps;
    }

    /** Listens; returns once sites can come. */
    public static Hub start(HubConfig config) throws IOException {
        return start(config, LinkSettings.defaults());
    }

    static Hub start(HubConfig config, LinkSettings settings) throws IOException {
        Files.createDirectories(config.folder());
        var keys = Keys.generate();
        var names = new ArrayList<>(List.of(LinkTls.HUB_NAME));
        var addresses = new ArrayList<String>();
        config.names().forEach(n -> (n.matches("[0-9.]+|.*:.*") ? addresses : names).add(n));
        var certificate = config.authority()
                .issue(keys.getPublic(), CertificateRequest.server(LinkTls.HUB_NAME, names, addresses, CERTIFICATE));
        var tls = LinkTls.server(
                keys.getPrivate(), List.of(certificate, config.authority().certificate()), config.authority().certificate());
        var calls = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("hub-call-", 0).factory());
        var registry = new Registry(config.client(), config.clock());
        var store = HubStore.open(config.folder());
        var links = new Links(config, registry, store);
        links.desired().start();
        links.statuses().start();
        var dataPort = new AtomicInteger();
        var server = NettyServerBuilder.forAddress(new InetSocketAddress(config.address(), config.port()))
                .sslContext(tls)
                .executor(calls)
                .maxInboundMessageSize(MAX_FRAME)
                .permitKeepAliveWithoutCalls(true)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .addService(new EnrolmentService(config, registry, dataPort::get, links::enrolled))
                .addService(ServerInterceptors.intercept(new LinkService(links, settings), new SitePeer()))
                .build();
        try {
            server.start();
        } catch (IOException e) {
            calls.close();
            close(links, store);
            throw e;
        }
        var apps = new AppReconciler(config.client(), new Signing(config.authority(), config.client()), config.clock());
        return new Hub(server, calls, dataPort, store, links, apps);
    }

    /** What the operator of this process must register; it must be stopped before the hub is closed. */
    public List<Reconciler<?>> reconcilers() {
        return List.of(apps);
    }

    private static void close(Links links, HubStore store) throws IOException {
        links.statuses().close();
        links.desired().close();
        store.close();
    }

    /** Where it listens. */
    public int port() {
        return server.getPort();
    }

    /** Tells sites where the data channel listens. */
    public void dataPort(int port) {
        dataPort.set(port);
    }

    @Override
    public void close() throws IOException {
        server.shutdownNow();
        try {
            server.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
        close(links, store);
    }
}
