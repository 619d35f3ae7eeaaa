package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.fabric.link.Incoming;
import dev.skerry.fabric.link.LinkSession;
import dev.skerry.fabric.link.LinkTls;
import dev.skerry.fabric.link.Outgoing;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Hello;
import dev.skerry.fabric.link.wire.ManagementGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the site on its parent: enrols, dials, renews, and tries again, for as long as it takes. */
final class Uplink implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Uplink.class.getName());
    private static final int MAX_FRAME = 8 << 20;
    private static final int TICK_MILLIS = 1_000;
    private static final int RENEW_EACH = 10;
    private static final int RENEW_DUE_EACH = 3;
    private static final int CLOSING_SECONDS = 3;

    private final SpokeConfig config;
    private final long incarnation;
    private final Enroller enroller;
    private final List<Outgoing> out;
    private final List<Incoming> in;
    private final Consumer<Credentials.Enrolment> enrolled;
    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("spoke-link-", 0).factory());
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable LinkSession> live = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean connected;
    private volatile String state = "not connected yet";
    private volatile Credentials.@Nullable Enrolment enrolment;
    private Instant lastRenewal = Instant.EPOCH;
    private volatile Duration ahead = Duration.ZERO;

    Uplink(
            SpokeConfig config, long incarnation, Credentials credentials, List<Outgoing> out, List<Incoming> in,
            Consumer<Credentials.Enrolment> enrolled) {
        this.config = config;
        this.incarnation = incarnation;
        this.out = out;
        this.in = in;
        this.enrolled = enrolled;
        enroller = new Enroller(config, credentials, executor);
        thread = Thread.ofVirtual().name("spoke-uplink").unstarted(this::run);
    }

    /** Takes up what an earlier enrolment left, and begins to dial. */
    void start() throws IOException {
        enroller.present().ifPresent(this::accept);
        thread.start();
    }

    boolean isConnected() {
        return connected;
    }

    String state() {
        return state;
    }

    /** A log that goes up has something new. */
    void wake() {
        LinkSession session = live.get();
        if (session != null && !executor.isShutdown()) {
            executor.execute(session::wake);
        }
    }

    private void accept(Credentials.Enrolment fresh) {
        enrolment = fresh;
        enrolled.accept(fresh);
    }

    private void run() {
        int failures = 0;
        try {
            while (closing.getCount() > 0) {
                boolean worked = false;
                boolean lasting = false;
                try {
                    worked = connect(ready(failures));
                } catch (Enroller.RefusedException e) {
                    lasting = e.isLasting();
                    say(String.valueOf(e.getMessage()));
                } catch (IOException e) {
                    say("enrolment cannot be kept: " + e.getMessage());
                } catch (RuntimeException e) {
                    LOG.log(WARNING, "link to the parent: failed", e);
                }
                failures = worked ? 0 : failures + 1;
                Duration wait = lasting ? config.tuning().retryMax() : config.tuning().retry(Math.max(1, failures));
                closing.await(wait.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says a thing once, not each time that it happens again. */
    private void say(String what) {
        if (closing.getCount() > 0 && !what.equals(state)) {
            LOG.log(WARNING, "site {0}: {1} (it goes on by itself, and tries again)", config.name(), what);
        }
        state = what;
    }

    /**
     * An enrolment to dial with: the present one. It is renewed while the link is up, by the parent's clock; here only when
     * dialling with it fails, since this site's clock may be anywhere.
     */
    private Credentials.Enrolment ready(int failures) throws Enroller.RefusedException, IOException {
        Credentials.Enrolment held = enrolment;
        if (held == null) {
            accept(enroller.enrol());
            LOG.log(INFO, "site {0}: enrolled at {1}:{2}", config.name(), config.parentHost(), Integer.toString(config.parentPort()));
        } else if (failures > 0 && (failures % RENEW_EACH == 0 || (failures % RENEW_DUE_EACH == 1 && held.isDue(now())))) {
            try {
                accept(enroller.renew(held));
            } catch (Enroller.RefusedException e) {
                if (!e.isLasting() || !hasToken()) {
                    throw e;
                }
                accept(enroller.enrol()); // The parent forgot this key; a token that is still good brings it back.
            }
        }
        return java.util.Objects.requireNonNull(enrolment);
    }

    /** The parent's time, as far as it was ever told. */
    private Instant now() {
        return config.clock().instant().plus(ahead);
    }

    private boolean hasToken() {
        String token = config.token();
        return token != null && !token.isBlank();
    }

    /** One connection from beginning to end; true if the parent answered our hello. */
    private boolean connect(Credentials.Enrolment with) throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(config.parentHost(), config.parentPort())
                .sslContext(LinkTls.client(enroller.managementKey(), with.managementChain(), with.authority(), config.clock()))
                .executor(executor)
                .maxInboundMessageSize(MAX_FRAME)
                .build();
        var connection = new Connection();
        try {
            ManagementGrpc.newStub(channel).link(connection);
            LinkSession session = connection.session();
            session.begin(out, in);
            session.greet(Hello.newBuilder().setSite(config.name()).setIncarnation(incarnation).setVersion(config.version()));
            live.set(session);
            hold(session, connection, with);
        } catch (IOException e) {
            say("what the parent wants cannot be read: " + e.getMessage());
        } finally {
            connected = false;
            live.set(null);
            channel.shutdownNow();
            channel.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        }
        return connection.answered;
    }

    private void hold(LinkSession session, Connection connection, Credentials.Enrolment with) throws InterruptedException {
        while (!connection.over.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
            session.tick();
            if (closing.getCount() == 0) {
                session.end("the site stops");
            } else if (connection.answered && with.isDue(now()) && renewed(with)) {
                session.end("the certificate was renewed");
            }
        }
    }

    private boolean renewed(Credentials.Enrolment old) {
        Instant retry = lastRenewal.plus(config.tuning().retryMax());
        if (config.clock().instant().isBefore(retry)) {
            return false;
        }
        lastRenewal = config.clock().instant();
        try {
            accept(enroller.renew(old));
            return true;
        } catch (Enroller.RefusedException | IOException e) {
            say("the certificate cannot be renewed: " + e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        LinkSession session = live.get();
        if (session != null) {
            session.end("the site stops");
        }
        try {
            if (!thread.join(Duration.ofSeconds(CLOSING_SECONDS))) {
                thread.interrupt();
                thread.join(Duration.ofSeconds(CLOSING_SECONDS));
            }
            executor.shutdown();
            executor.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }

    /** The parent may listen elsewhere since it started anew. */
    private void dataPort(int port) throws IOException {
        Credentials.Enrolment held = enrolment;
        if (held != null && port != 0 && port != held.dataPort()) {
            accept(enroller.withDataPort(held, port));
        }
    }

    /** One call, and the session over it. */
    private final class Connection implements ClientResponseObserver<Frame, Frame>, LinkSession.Owner {

        private final CountDownLatch over = new CountDownLatch(1);
        private final AtomicReference<@Nullable LinkSession> session = new AtomicReference<>();
        private volatile boolean answered;

        LinkSession session() {
            return java.util.Objects.requireNonNull(session.get());
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<Frame> call) {
            var made = new LinkSession(call, config.tuning(), executor, this);
            session.set(made);
            call.setOnReadyHandler(made::wake);
        }

        @Override
        public void onNext(Frame frame) {
            session().onNext(frame);
        }

        @Override
        public void onError(Throwable problem) {
            session().onError(problem);
        }

        @Override
        public void onCompleted() {
            session().onCompleted();
        }

        @Override
        public void hello(LinkSession session, Hello theirs) throws IOException {
            answered = true;
            connected = true;
            if (theirs.getNowMillis() > 0) {
                ahead = Duration.between(config.clock().instant(), Instant.ofEpochMilli(theirs.getNowMillis()));
            }
            dataPort(theirs.getDataPort());
            state = "connected";
            LOG.log(INFO, "site {0}: connected to its parent, version {1}", config.name(), theirs.getVersion());
        }

        @Override
        public void progressed(LinkSession session) {
            // The parent shows how far we are.
        }

        @Override
        public void skipped(LinkSession session, String what) {
            LOG.log(WARNING, "site {0}: the parent sent {1}, which this version skips", config.name(), what);
        }

        @Override
        public void ended(LinkSession session, String reason) {
            connected = false;
            say("parent " + config.parentHost() + ":" + config.parentPort() + (answered ? ": " : ": not reached: ") + reason);
            over.countDown();
        }
    }
}
