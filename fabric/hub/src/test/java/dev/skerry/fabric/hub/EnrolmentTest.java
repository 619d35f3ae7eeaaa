package dev.skerry.fabric.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skerry.fabric.link.LinkTls;
import dev.skerry.fabric.link.SiteIdentity;
import dev.skerry.fabric.link.wire.EnrolRequest;
import dev.skerry.fabric.link.wire.EnrolResponse;
import dev.skerry.fabric.link.wire.EnrolmentGrpc;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.SigningRequest;
import dev.skerry.model.JoinToken;
import dev.skerry.model.Site;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrolmentTest {

    @TempDir
    Path folder;

    private Island centre;
    private Hub hub;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        centre = new Island(folder);
        hub = Hub.start(centre.hub(0));
        channel = channel(centre.authority.fingerprint());
    }

    @AfterEach
    void stop() throws IOException {
        channel.shutdownNow();
        hub.close();
        centre.close();
    }

    @Test
    void makesASiteWithTheTokensLabelsAndAnswersItsCertificate() throws IOException {
        String token = centre.token(1, null, Map.of("class", "small")).text();
        EnrolResponse answer = enrol("toll-1", token, Keys.generate());
        var certificate = Pem.certificates(answer.getManagementChain()).getFirst();
        assertThat(SiteIdentity.of(certificate)).contains(new SiteIdentity("test.skerry", "toll-1"));
        Site site = centre.client.resources(Site.class).withName("toll-1").get();
        assertThat(site.getMetadata().getLabels()).containsEntry("class", "small");
        assertThat(centre.client.namespaces().withName("site-toll-1").get()).isNotNull();
        assertThat(usesLeft()).isZero();
        assertThat(centre.events.newest(1)).singleElement().satisfies(e -> assertThat(e.message()).contains("toll-1 enrolled"));
    }

    @Test
    void refusesWithTheReason() {
        KeyPair keys = Keys.generate();
        String once = centre.token(1, null, Map.of()).text();
        enrol("first", once, keys);
        String bound = centre.token(1, "toll-2", Map.of()).text();
        assertThatThrownBy(() -> enrol("second", once, Keys.generate())).hasMessageContaining("PERMISSION_DENIED: token: used up after 1");
        assertThatThrownBy(() -> enrol("toll-3", bound, keys)).hasMessageContaining("site: toll-3 (expected: toll-2, which the token is bound to)");
        assertThatThrownBy(() -> enrol("toll-3", "", keys)).hasMessageContaining("UNAUTHENTICATED: token: none");
        assertThatThrownBy(() -> enrol("toll-3", "secret", keys)).hasMessageContaining("token: malformed");
        assertThatThrownBy(() -> enrol("toll-3", bound.replace(bound.substring(75, 80), "AAAAA"), keys)).hasMessageContaining("token: unknown");
        assertThatThrownBy(() -> enrol("Toll_3", bound, keys)).hasMessageContaining("INVALID_ARGUMENT: site: Toll_3");
        assertThat(centre.client.resources(Site.class).list().getItems()).hasSize(1);
    }

    /** A name is worth as much as its key: only a token that the operator bound to it may give it to another box. */
    @Test
    void givesATakenNameToAnotherKeyOnlyForABoundToken() {
        String free = centre.token(9, null, Map.of()).text();
        enrol("toll-1", free, Keys.generate());
        assertThatThrownBy(() -> enrol("toll-1", free, Keys.generate()))
                .hasMessageContaining("ALREADY_EXISTS: site: toll-1 is enrolled with another key");
        enrol("toll-1", centre.token(1, "toll-1", Map.of()).text(), Keys.generate());
    }

    /** The answer may get lost, and certificates run out: the key itself is the site's word. */
    @Test
    void renewsForTheSameKeyWithoutAToken() {
        KeyPair keys = Keys.generate();
        enrol("toll-1", centre.token(1, null, Map.of()).text(), keys);
        assertThat(enrol("toll-1", "", keys).getManagementChain()).contains("CERTIFICATE");
    }

    @Test
    void neverCountsAUseTwiceHoweverManyComeAtOnce() throws Exception {
        String token = centre.token(3, null, Map.of()).text();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = IntStream.range(0, 10)
                    .mapToObj(i -> (Callable<EnrolResponse>) () -> enrol("site-" + i, token, Keys.generate()))
                    .toList();
            long in = threads.invokeAll(calls).stream().filter(f -> f.state() == Future.State.SUCCESS).count();
            assertThat(in).isEqualTo(3);
        }
        assertThat(centre.client.resources(Site.class).list().getItems()).hasSize(3);
        assertThat(usesLeft()).isZero();
    }

    /** Whoever stands in the middle with a certificate of another authority gets nothing, the token least of all. */
    @Test
    void tellsNothingToAParentOfAnotherAuthority() {
        ManagedChannel other = channel("ab".repeat(32));
        try {
            var stub = EnrolmentGrpc.newBlockingStub(other);
            assertThatThrownBy(() -> stub.enrol(EnrolRequest.getDefaultInstance())).hasStackTraceContaining("parent: another authority");
        } finally {
            other.shutdownNow();
        }
    }

    private Integer usesLeft() {
        return centre.client.resources(JoinToken.class).list().getItems().getFirst().getStatus().usesLeft();
    }

    private ManagedChannel channel(String fingerprint) {
        return NettyChannelBuilder.forAddress("127.0.0.1", hub.port())
                .sslContext(LinkTls.enrolling(fingerprint, Island.CLOCK))
                .build();
    }

    private EnrolResponse enrol(String site, String token, KeyPair keys) {
        return EnrolmentGrpc.newBlockingStub(channel)
                .enrol(EnrolRequest.newBuilder()
                        .setSite(site)
                        .setTokenSecret(token)
                        .setManagementCsr(Pem.encode("CERTIFICATE REQUEST", SigningRequest.create(keys, site)))
                        .build());
    }
}
