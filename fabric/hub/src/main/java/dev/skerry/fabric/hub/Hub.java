package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.WARNING;

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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The parent's side of the management channel: sites enrol here, hang on from here, get their Works and tell their status.
 * Its reconcilers bring Apps to sites.
 */
public final class Hub implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Hub.class.getName());
    private static final Duration CERTIFICATE = Duration.ofDays(5 * 365);
    private static final int MAX_FRAME = 8 << 20;
    private static final int CLOSING_SECONDS = 3;
    private static final int ALIVE_SECONDS = 120;
    private static final int REFRESH_SECONDS = 60;

    private final HubConfig config;
    private final AtomicInteger dataPort = new AtomicInteger();
    private final ExecutorService calls = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("hub-call-", 0).factory());
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1, Thread.ofVirtual().name("hub-timer-", 0).factory());
    private final Sites sites;
    private final Works works;
    private final StatusStore statuses;
    private final Sessions sessions;
    private final SiteStatuses siteStatuses;
    private final WorkStatuses workStatuses;
    private final AppReconciler apps;
    private final Server server;

    private Hub(HubConfig config) throws IOException {
        this.config = config;
        Files.createDirectories(config.folder());
        var client = config.client();
        sites = new Sites(client, new SiteChanges());
        works = new Works(client, Lineage.begin(client), sites::acceptsRollback, this::workChanged);
        statuses = new StatusStore(config.folder(), this::statusChanged);
        sessions = new Sessions(statuses, config.events(), config.clock());
        siteStatuses = new SiteStatuses(client, config.clock(), sites, works, statuses, sessions, timer);
        workStatuses = new WorkStatuses(client, works, statuses, timer);
        apps = new AppReconciler(client, sites, works, new Placement(config.authority()), config.clock());
        var registry = new Registry(client, config.clock());
        var shared = new SiteSession.Context(config, registry, sessions, works, statuses, siteStatuses, calls, dataPort::get);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(config.address(), config.port()))
                .sslContext(tls(config))
                .executor(calls)
                .maxInboundMessageSize(MAX_FRAME)
                .permitKeepAliveWithoutCalls(true)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
                .addService(new EnrolmentService(config, registry, dataPort::get))
                .addService(ServerInterceptors.intercept(new ManagementService(shared), new SitePeer.Guard()))
                .build();
    }

    /** Listens; returns once sites can come. */
    public static Hub start(HubConfig config) throws IOException {
        var hub = new Hub(config);
        try {
            hub.begin();
            return hub;
        } catch (IOException | RuntimeException e) {
            hub.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        works.start();
        sites.start();
        sites.all().forEach(s -> siteStatuses.changed(s.getMetadata().getName()));
        for (var work : works.all()) {
            Works.siteOf(work).ifPresent(site -> statusOf(site, work.getMetadata().getName()));
        }
        server.start();
        timer.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
        timer.scheduleAtFixedRate(siteStatuses::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
    }

    private static io.netty.handler.ssl.SslContext tls(HubConfig config) {
        var keys = Keys.generate();
        var names = new ArrayList<>(List.of(LinkTls.HUB_NAME));
        var addresses = new ArrayList<String>();
        config.names().forEach(n -> (n.matches("[0-9.]+|.*:.*") ? addresses : names).add(n));
        var authority = config.authority().certificate();
        var certificate = config.authority()
                .issue(keys.getPublic(), CertificateRequest.server(LinkTls.HUB_NAME, names, addresses, CERTIFICATE));
        return LinkTls.server(keys.getPrivate(), List.of(certificate, authority), authority);
    }

    /** Where it listens. */
    public int port() {
        return server.getPort();
    }

    /** Tells sites where the data channel listens; those that come from now on hear of it. */
    public void dataPort(int port) {
        dataPort.set(port);
    }

    /** What the operator of this process must register, after the start of the hub. */
    public List<Reconciler<?>> reconcilers() {
        return List.of(apps);
    }

    private void tick() {
        Instant now = config.clock().instant();
        for (SiteSession session : sessions.all()) {
            try {
                session.tick(now);
            } catch (RuntimeException e) {
                LOG.log(WARNING, "site " + session.site() + ": its heartbeat failed", e);
            }
        }
    }

    private void workChanged(String site, dev.skerry.model.Work work, boolean news) {
        apps.workChanged(work);
        SiteSession session = sessions.find(site);
        if (news && session != null) {
            calls.execute(session.link()::wake);
        }
        if (work.getStatus() == null) {
            statusOf(site, work.getMetadata().getName());
        }
        siteStatuses.changed(site);
    }

    private void statusOf(String site, String work) {
        workStatuses.changed(site, dev.skerry.fabric.link.SiteSummary.WORK_KEY + work);
    }

    private void statusChanged(String site, String key) {
        workStatuses.changed(site, key);
        if (key.equals(dev.skerry.fabric.link.SiteSummary.KEY)) {
            siteStatuses.toldAnew(site);
        }
    }

    /** Ends all connections, then stops writing. The client, the event log and the operator are the caller's; the operator goes first. */
    @Override
    public void close() {
        timer.shutdownNow();
        siteStatuses.close();
        workStatuses.close();
        sessions.all().forEach(s -> s.end("the parent stops"));
        server.shutdown();
        try {
            if (!server.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow().awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
            }
            calls.shutdown();
            calls.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
        works.close();
        sites.close();
        try {
            statuses.close();
        } catch (IOException e) {
            LOG.log(WARNING, "hub: its store does not close: {0}", e.getMessage());
        }
    }

    private final class SiteChanges implements Sites.Listener {
        @Override
        public void siteChanged(dev.skerry.model.Site site, boolean matters) {
            String name = site.getMetadata().getName();
            SiteSession session = sessions.find(name);
            if (session != null && !session.key().equals(Sites.annotation(site, Registry.MANAGEMENT_KEY))) {
                sessions.forget(name, "the site enrolled anew with another key");
            }
            siteStatuses.changed(name);
            if (matters) {
                apps.sitesChanged();
            }
        }

        @Override
        public void rollbackAccepted(String name) {
            sessions.forget(name, "an operator accepts what this parent holds: the site is told all anew");
        }

        @Override
        public void siteDeleted(String name) {
            sessions.forget(name, "the site was deleted");
            siteStatuses.forget(name);
            apps.sitesChanged();
            try {
                statuses.forget(name);
            } catch (IOException e) {
                LOG.log(WARNING, "site {0}: what it said cannot be forgotten: {1}", name, e.getMessage());
            }
        }
    }
}
