package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.data.EventLog;
import dev.skerry.fabric.link.SiteIdentity;
import dev.skerry.fabric.link.wire.EnrolRequest;
import dev.skerry.fabric.link.wire.EnrolResponse;
import dev.skerry.fabric.link.wire.EnrolmentGrpc;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.SigningRequest;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.IntSupplier;

/** Turns a token and a key into a certificate, or says what is wrong. The same key may come again: then it is renewed. */
final class EnrolmentService extends EnrolmentGrpc.EnrolmentImplBase {

    private static final System.Logger LOG = System.getLogger(EnrolmentService.class.getName());
    private static final Duration VALIDITY = Duration.ofDays(30);
    private static final int MAX_AT_ONCE = 32;

    private final HubConfig config;
    private final Registry registry;
    private final IntSupplier dataPort;
    private final Semaphore room = new Semaphore(MAX_AT_ONCE);

    EnrolmentService(HubConfig config, Registry registry, IntSupplier dataPort) {
        this.config = config;
        this.registry = registry;
        this.dataPort = dataPort;
    }

    @Override
    public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> answer) {
        if (!room.tryAcquire()) {
            answer.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("enrolments: " + MAX_AT_ONCE + " are under way (expected: a later try)").asException());
            return;
        }
        try {
            EnrolResponse response = answer(request);
            answer.onNext(response);
            answer.onCompleted();
        } catch (StatusException e) {
            LOG.log(INFO, "site {0}: enrolment refused: {1}", printable(request.getSite()), e.getStatus().getDescription());
            answer.onError(e);
        } catch (KubernetesClientException e) {
            LOG.log(WARNING, "site " + printable(request.getSite()) + ": enrolment failed", e);
            answer.onError(Status.UNAVAILABLE.withDescription("the parent's API does not answer (expected: a later try)").asException());
        } finally {
            room.release();
        }
    }

    private EnrolResponse answer(EnrolRequest request) throws StatusException {
        SiteIdentity identity = identity(request.getSite());
        PublicKey management = key("management_csr", request.getManagementCsr());
        PublicKey data = request.getDataCsr().isEmpty() ? management : key("data_csr", request.getDataCsr());
        boolean renewed = registry.admit(identity.site(), Keys.fingerprint(management), Keys.fingerprint(data), request.getTokenSecret());
        if (!renewed) {
            LOG.log(INFO, "site {0}: enrolled", identity.site());
            tell(identity.site());
        }
        String ca = Pem.encode(config.authority().certificate());
        return EnrolResponse.newBuilder()
                .setPath(identity.site())
                .setManagementChain(certificate(identity, management) + ca)
                .setDataChain(certificate(identity, data) + ca)
                .setCa(ca)
                .setDataPort(dataPort.getAsInt())
                .build();
    }

    private SiteIdentity identity(String site) throws StatusException {
        try {
            return new SiteIdentity(config.trustDomain(), site);
        } catch (IllegalArgumentException e) {
            throw Status.INVALID_ARGUMENT.withDescription("site: " + printable(site) + " (expected: a DNS label of at most 58 characters)").asException();
        }
    }

    private static PublicKey key(String field, String pem) throws StatusException {
        try {
            return SigningRequest.parse(Pem.decode("CERTIFICATE REQUEST", pem)).key();
        } catch (GeneralSecurityException | IOException e) {
            throw Status.INVALID_ARGUMENT.withDescription(field + ": " + e.getMessage()).asException();
        }
    }

    private String certificate(SiteIdentity identity, PublicKey key) {
        var request = CertificateRequest.client(identity.site(), List.of("skerry:sites"), VALIDITY).withUris(List.of(identity.uri()));
        return Pem.encode(config.authority().issue(key, request));
    }

    private void tell(String site) {
        try {
            config.events().append(new EventLog.Event(
                    0, config.clock().instant(), "link", "info", "", "Site/" + site, "site " + site + " enrolled", Map.of()));
        } catch (IOException e) {
            LOG.log(WARNING, "site {0}: its enrolment is not in the event log: {1}", site, e.getMessage());
        }
    }

    /** What a stranger sent, fit for a log line. */
    private static String printable(String text) {
        return text.codePoints()
                .limit(64)
                .map(c -> c >= ' ' && c < 127 ? c : '?')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
