package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.fabric.link.LinkSession;
import dev.skerry.fabric.link.LinkTls;
import dev.skerry.fabric.link.StoredLog;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Hello;
import dev.skerry.fabric.link.wire.ManagementGrpc;
import dev.skerry.fabric.link.wire.Position;
import dev.skerry.fabric.link.wire.SiteSummary;
import dev.skerry.model.Site;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The child's end of the management channel: enrols, dials, and dials again. The site does not need it to run: what was received
 * is applied from disk, whether the parent is there or not.
 */
public final class Spoke implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Spoke.class.getName());
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);
    private static final Duration RENEW_CHECK = Duration.ofMinutes(30);
    private static final Duration SUMMARY_EVERY = Duration.ofSeconds(10);
    private static final Duration CLOSING = Duration.ofSeconds(10);
    private static final int MAX_FRAME = 8 << 20;

    private final SpokeConfig config;
    private final Credentials credentials;
    private final Enrolment enrolment;
    private final SpokeStore store;
    private final StatusSource status = new StatusSource();
    private final EventsSource events;
    private final Applier applier;
    private final StoredLog desired;
    private final long incarnation;
    private final String boot = UUID.randomUUID().toString();
    private final Thread dialler;
    private final Thread summarizer;
    private volatile boolean parentRolledBack;
    private volatile Credentials.@Nullable Given given;
    private volatile boolean connected;
    private @Nullable String complained;

    private Spoke(SpokeConfig config) throws IOException {
        this.config = config;
        credentials = Credentials.loadOrCreate(config.folder());
        given = credentials.given().orElse(null);
        enrolment = new Enrolment(config, credentials);
        store = SpokeStore.open(config.folder());
        incarnation = store.boot();
        events = new EventsSource(config.events());
        applier = new Applier(config, store, status, this::parentKey);
        desired = store.desired(this::desiredChanged);
        dialler = Thread.ofVirtual().name("spoke").unstarted(this::dialAgain);
        summarizer = Thread.ofVirtual().name("site-summary").unstarted(this::summarizeAgain);
    }

    /** Begins to apply what is known and to dial; does not wait for the parent. */
    public static Spoke start(SpokeConfig config) throws IOException {
        var spoke = new Spoke(config);
        spoke.applier.start(spoke.desired);
        var before = spoke.given;
        if (before != null) {
            spoke.tellDataChannel(before);
        }
        spoke.summarizer.start();
        spoke.dialler.start();
        return spoke;
    }

    /** Whether the parent has answered the hello, and the line has not ended since. */
    public boolean connected() {
        return connected;
    }

    private Optional<PublicKey> parentKey() {
        return Optional.ofNullable(given).map(g -> g.authority().getPublicKey());
    }

    private void desiredChanged(StoredLog.Change change) {
        if (change.restored() && !parentRolledBack) {
            parentRolledBack = true;
            LOG.log(WARNING, "site {0}: the parent stands behind what it has told before; nothing is deleted for it", config.name());
            summarize();
        }
        applier.kick();
    }

    // ---- dialling ----

    private void dialAgain() {
        var retry = FIRST_RETRY;
        try {
            while (true) {
                boolean met = false;
                try {
                    met = dial(certificates());
                } catch (StatusRuntimeException e) {
                    complain(e.getStatus().getDescription() == null ? e.getStatus().getCode().toString() : e.getStatus().getDescription());
                } catch (IOException e) {
                    complain(String.valueOf(e.getMessage()));
                } catch (RuntimeException e) {
                    // The edge of the thread: it must not end.
                    LOG.log(WARNING, "site " + config.name() + ": dialling failed", e);
                }
                retry = met ? FIRST_RETRY : min(retry.multipliedBy(2), LAST_RETRY);
                TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(retry.toNanos() / 2, retry.toNanos()));
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    /** The same trouble again is not told again. */
    private void complain(String why) {
        if (!why.equals(complained)) {
            complained = why;
            LOG.log(WARNING, "site {0}: no link to {1}:{2}: {3} (tried again, at the latest each {4}s)",
                    config.name(), config.host(), Integer.toString(config.port()), why, LAST_RETRY.toSeconds());
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private Credentials.Given certificates() throws IOException {
        var now = given;
        if (now == null) {
            now = enrolment.enrol();
            tellDataChannel(now);
        } else if (now.due(config.clock().instant())) {
            try {
                now = enrolment.renew(now);
                tellDataChannel(now);
            } catch (StatusRuntimeException e) {
                if (now.over(config.clock().instant())) {
                    throw e;
                }
                // Still good for a while: renewed at the next occasion.
                complain("certificates not renewed: " + e.getStatus());
            }
        }
        given = now;
        return now;
    }

    private void tellDataChannel(Credentials.Given now) {
        if (now.dataPort() > 0) {
            config.dataChannel().accept(new DataChannel(config.host(), now.dataPort(), credentials.dataKey(), now.data(), now.authority(), config.name()));
        }
    }

    /** Answers whether the parent was met; returns when the line has ended. */
    private boolean dial(Credentials.Given with) throws InterruptedException {
        var channel = NettyChannelBuilder.forAddress(config.host(), config.port())
                .sslContext(LinkTls.client(credentials.managementKey(), with.management(), with.authority(), config.clock()))
                .overrideAuthority(LinkTls.HUB_NAME)
                .maxInboundMessageSize(MAX_FRAME)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .build();
        var call = new Call();
        try {
            var incoming = new Incoming();
            StreamObserver<Frame> out = ManagementGrpc.newStub(channel).link(incoming);
            var session = LinkSession.dialling(config.name(), config.settings(), call, out);
            incoming.to(session);
            try {
                // A certificate that is due makes us dial anew, which renews it.
                while (!call.over.await(RENEW_CHECK.toSeconds(), TimeUnit.SECONDS)) {
                    if (with.due(config.clock().instant())) {
                        session.end("certificate is being renewed");
                    }
                }
            } finally {
                session.close();
            }
            return call.met;
        } finally {
            connected = false;
            channel.shutdownNow();
        }
    }

    /** The stub wants the listener before there is a session: what comes early waits. */
    private static final class Incoming implements StreamObserver<Frame> {

        private final CountDownLatch there = new CountDownLatch(1);
        private volatile @Nullable LinkSession session;

        void to(LinkSession begun) {
            session = begun;
            there.countDown();
        }

        private LinkSession session() {
            try {
                there.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("closed", e);
            }
            return java.util.Objects.requireNonNull(session);
        }

        @Override
        public void onNext(Frame frame) {
            session().onNext(frame);
        }

        @Override
        public void onError(Throwable cut) {
            session().onError(cut);
        }

        @Override
        public void onCompleted() {
            session().onCompleted();
        }
    }

    private final class Call implements LinkSession.Side {

        private final CountDownLatch over = new CountDownLatch(1);
        private volatile boolean met;

        @Override
        public Hello hello() {
            try {
                var held = desired.position();
                return Hello.newBuilder()
                        .setSite(config.name())
                        .setIncarnation(incarnation)
                        .setBoot(boot)
                        .setVersion(config.version())
                        .addPositions(Position.newBuilder().setLog("desired").setEpoch(held.epoch()).setSequence(held.sequence()))
                        .addEpochs("events=" + config.events().epoch())
                        .build();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public LinkSession.Logs greeted(Hello other) {
            met = true;
            connected = true;
            complained = null;
            LOG.log(INFO, "site {0}: linked to {1}:{2}, version {3}", config.name(), config.host(), Integer.toString(config.port()), other.getVersion());
            return new LinkSession.Logs(List.of(status, events), List.of(desired));
        }

        @Override
        public void ended(String reason, boolean refused) {
            connected = false;
            complain(reason);
            over.countDown();
        }
    }

    // ---- what the site says of itself ----

    private void summarizeAgain() {
        try {
            while (true) {
                summarize();
                TimeUnit.NANOSECONDS.sleep(SUMMARY_EVERY.toNanos());
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    private void summarize() {
        try {
            var children = config.client().resources(Site.class).list().getItems();
            var up = children.stream().filter(s -> s.getStatus() != null && s.getStatus().link() != null && "Connected".equals(s.getStatus().link().state())).count();
            status.put("site", SiteSummary.newBuilder()
                    .setVersion(config.version())
                    .setChildrenConnected((int) up)
                    .setChildrenTotal(children.size())
                    .setParentRolledBack(parentRolledBack)
                    .build().toByteArray());
        } catch (KubernetesClientException e) {
            LOG.log(WARNING, "site {0}: cannot count its children: {1}", config.name(), e.getMessage());
        }
    }

    /** Ends the link; what was received stays. */
    @Override
    public void close() throws IOException {
        dialler.interrupt();
        summarizer.interrupt();
        try {
            var unused = dialler.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        applier.close();
        store.close();
    }
}
