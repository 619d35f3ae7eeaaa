package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.LinkTls;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The parent's end of the data channel: readings come in here, on a port of their own. An answer says what is committed, so a
 * site that is answered may forget. Which site it is, its certificate says.
 */
public final class UploadServer implements AutoCloseable {

    /** The largest frame that a site may send. */
    static final int MAX_FRAME = 1 << 20;

    private static final Duration CERTIFICATE = Duration.ofDays(5 * 365);
    private static final int WINDOW = 512 * 1024;
    private static final int CALLS_A_CONNECTION = 2;
    private static final int ALIVE_SECONDS = 30;
    private static final int LEAST_ALIVE_SECONDS = 5;
    private static final int CLOSING_SECONDS = 5;

    private final Server server;
    private final ExecutorService calls;
    private final UploadService service;

    private UploadServer(Server server, ExecutorService calls, UploadService service) {
        this.server = server;
        this.calls = calls;
        this.service = service;
    }

    /** Listens; returns once sites can come. */
    public static UploadServer start(UploadServerConfig config) throws IOException {
        var keys = Keys.generate();
        var names = new ArrayList<>(List.of(LinkTls.HUB_NAME));
        var addresses = new ArrayList<String>();
        config.names().forEach(n -> (n.matches("[0-9.]+|.*:.*") ? addresses : names).add(n));
        var authority = config.authority().certificate();
        var certificate = config.authority()
                .issue(keys.getPublic(), CertificateRequest.server(LinkTls.HUB_NAME, names, addresses, CERTIFICATE));
        var calls = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("upload-call-", 0).factory());
        var service = new UploadService(config.ingest(), config.clock());
        var server = NettyServerBuilder.forAddress(new InetSocketAddress(config.address(), config.port()))
                .sslContext(LinkTls.server(keys.getPrivate(), List.of(certificate, authority), authority))
                .executor(calls)
                .maxInboundMessageSize(MAX_FRAME)
                .flowControlWindow(WINDOW)
                .maxConcurrentCallsPerConnection(CALLS_A_CONNECTION)
                .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(ALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(LEAST_ALIVE_SECONDS, TimeUnit.SECONDS)
                .addService(ServerInterceptors.intercept(service, new UploadPeer()))
                .build();
        try {
            server.start();
        } catch (IOException e) {
            calls.close();
            throw e;
        }
        return new UploadServer(server, calls, service);
    }

    /** Where it listens. */
    public int port() {
        return server.getPort();
    }

    /** Streams that are open now, of all sites. */
    public int streams() {
        return service.streams();
    }

    /** Ends all streams and waits until nothing more is being stored, for a few seconds at most. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
            calls.shutdown();
            calls.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            calls.shutdownNow();
        }
    }
}
