package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.INFO;

import dev.skerry.fabric.link.JoinSecret;
import dev.skerry.fabric.link.LinkTls;
import dev.skerry.fabric.link.wire.EnrolRequest;
import dev.skerry.fabric.link.wire.EnrolmentGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Gets certificates for the site's keys: with a token the first time, by the keys alone from then on. */
final class Enrolment {

    private static final System.Logger LOG = System.getLogger(Enrolment.class.getName());
    private static final int ANSWER_SECONDS = 20;

    private final SpokeConfig config;
    private final Credentials credentials;

    Enrolment(SpokeConfig config, Credentials credentials) {
        this.config = config;
        this.credentials = credentials;
    }

    /** The first time. @throws io.grpc.StatusRuntimeException with the parent's reason */
    Credentials.Given enrol() throws IOException {
        if (config.token().isEmpty()) {
            throw new IOException("parent.token: none (expected: what 'skerry token create' printed at the parent)");
        }
        JoinSecret secret;
        try {
            secret = JoinSecret.parse(config.token().get());
        } catch (IllegalArgumentException e) {
            throw new IOException("parent." + e.getMessage(), e);
        }
        var given = ask(LinkTls.enrolling(secret.caFingerprint(), config.clock()), secret.text());
        LOG.log(INFO, "site {0}: enrolled at {1}:{2}", config.name(), config.host(), Integer.toString(config.port()));
        return given;
    }

    /** New certificates for the keys that the parent knows. */
    Credentials.Given renew(Credentials.Given old) throws IOException {
        var given = ask(LinkTls.trusting(old.authority(), config.clock()), "");
        LOG.log(INFO, "site {0}: certificates renewed until {1}", config.name(), given.management().getFirst().getNotAfter().toInstant());
        return given;
    }

    private Credentials.Given ask(SslContext tls, String token) throws IOException {
        var channel = NettyChannelBuilder.forAddress(config.host(), config.port()).sslContext(tls).overrideAuthority(LinkTls.HUB_NAME).build();
        try {
            var answer = EnrolmentGrpc.newBlockingStub(channel).withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS).enrol(EnrolRequest.newBuilder()
                    .setTokenSecret(token)
                    .setSite(config.name())
                    .setManagementCsr(credentials.managementRequest(config.name()))
                    .setDataCsr(credentials.dataRequest(config.name()))
                    .setVersion(config.version())
                    .build());
            credentials.keep(answer.getManagementChain(), answer.getDataChain(), answer.getCa(), answer.getDataPort());
            return credentials.given().orElseThrow();
        } finally {
            channel.shutdownNow();
        }
    }
}
