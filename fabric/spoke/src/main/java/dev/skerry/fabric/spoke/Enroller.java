package dev.skerry.fabric.spoke;

import dev.skerry.fabric.link.JoinSecret;
import dev.skerry.fabric.link.LinkTls;
import dev.skerry.fabric.link.wire.EnrolRequest;
import dev.skerry.fabric.link.wire.EnrolResponse;
import dev.skerry.fabric.link.wire.EnrolmentGrpc;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.SigningRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Gets certificates from the parent: for a token the first time, for the same key ever after. */
final class Enroller {

    private static final int ANSWER_SECONDS = 20;

    private final SpokeConfig config;
    private final Credentials credentials;
    private final Executor executor;

    Enroller(SpokeConfig config, Credentials credentials, Executor executor) {
        this.config = config;
        this.credentials = credentials;
        this.executor = executor;
    }

    /** Why it did not work, in words for the log. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;
        private final boolean lasting;

        RefusedException(String message, boolean lasting, @Nullable Throwable cause) {
            super(message, cause);
            this.lasting = lasting;
        }

        /** Whether it is the parent that said no; else it was not reached. */
        boolean isLasting() {
            return lasting;
        }
    }

    java.security.PrivateKey managementKey() {
        return credentials.management().getPrivate();
    }

    /** What was enrolled before, unless a token leads to another parent. */
    Optional<Credentials.Enrolment> present() throws IOException {
        var held = credentials.load();
        String token = config.token();
        if (held.isPresent() && token != null && !token.isBlank()) {
            String parent = fingerprint(token).orElse("");
            if (!parent.isEmpty() && !parent.equals(Keys.fingerprint(held.get().authority().getPublicKey()))) {
                return Optional.empty();
            }
        }
        return held;
    }

    private static Optional<String> fingerprint(String token) {
        try {
            return Optional.of(JoinSecret.parse(token).caFingerprint());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Keeps where the parent's data channel listens now. */
    Credentials.Enrolment withDataPort(Credentials.Enrolment held, int port) throws IOException {
        var moved = new Credentials.Enrolment(held.managementChain(), held.dataChain(), held.authority(), port);
        credentials.save(moved);
        return moved;
    }

    /** Enrols with the token, and keeps what came of it. */
    Credentials.Enrolment enrol() throws RefusedException, IOException {
        String token = config.token();
        if (token == null || token.isBlank()) {
            throw new RefusedException("token: none (expected: one made by the parent, for the first connection)", true, null);
        }
        JoinSecret secret;
        try {
            secret = JoinSecret.parse(token);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(String.valueOf(e.getMessage()), true, e);
        }
        return ask(builder().sslContext(LinkTls.enrolling(secret.caFingerprint(), config.clock())), secret.text(), secret.caFingerprint());
    }

    /** Renews by the key; works as well when the old certificate has run out. */
    Credentials.Enrolment renew(Credentials.Enrolment old) throws RefusedException, IOException {
        return ask(builder().sslContext(LinkTls.trusting(old.authority(), config.clock())), "",
                Keys.fingerprint(old.authority().getPublicKey()));
    }

    private NettyChannelBuilder builder() {
        return NettyChannelBuilder.forAddress(config.parentHost(), config.parentPort()).executor(executor);
    }

    private Credentials.Enrolment ask(NettyChannelBuilder to, String token, String authority) throws RefusedException, IOException {
        ManagedChannel channel = to.build();
        try {
            EnrolResponse answer = EnrolmentGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .enrol(EnrolRequest.newBuilder()
                            .setSite(config.name())
                            .setTokenSecret(token)
                            .setManagementCsr(request(credentials.management()))
                            .setDataCsr(request(credentials.data()))
                            .setVersion(config.version())
                            .build());
            var enrolment = read(answer, authority);
            credentials.save(enrolment);
            return enrolment;
        } catch (StatusRuntimeException e) {
            throw refusal(e);
        } finally {
            channel.shutdownNow();
        }
    }

    private String request(KeyPair keys) {
        return Pem.encode("CERTIFICATE REQUEST", SigningRequest.create(keys, config.name()));
    }

    private Credentials.Enrolment read(EnrolResponse answer, String authority) throws RefusedException, IOException {
        X509Certificate ca = Pem.certificates(answer.getCa()).getFirst();
        List<X509Certificate> management = Pem.certificates(answer.getManagementChain());
        List<X509Certificate> data = Pem.certificates(answer.getDataChain());
        if (!Keys.fingerprint(ca.getPublicKey()).equals(authority)
                || !management.getFirst().getPublicKey().equals(credentials.management().getPublic())
                || !data.getFirst().getPublicKey().equals(credentials.data().getPublic())) {
            throw new RefusedException("the parent's answer: certificates of another key (expected: of this site's and the parent's own)", true, null);
        }
        return new Credentials.Enrolment(management, data, ca, answer.getDataPort());
    }

    private RefusedException refusal(StatusRuntimeException e) {
        Status status = e.getStatus();
        String where = "parent " + config.parentHost() + ":" + config.parentPort();
        return switch (status.getCode()) {
            case PERMISSION_DENIED, UNAUTHENTICATED, ALREADY_EXISTS, INVALID_ARGUMENT, FAILED_PRECONDITION ->
                new RefusedException(where + " refuses: " + status.getDescription(), true, e);
            default -> new RefusedException(where + ": not reached: " + reason(e), false, e);
        };
    }

    /** The innermost word of a chain of causes. */
    static String reason(Throwable problem) {
        Throwable inner = problem;
        for (int i = 0; i < 8 && inner.getCause() != null; i++) {
            inner = inner.getCause();
        }
        return inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
    }
}
