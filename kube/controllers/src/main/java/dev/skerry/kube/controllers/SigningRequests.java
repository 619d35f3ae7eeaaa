package dev.skerry.kube.controllers;

import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.RequestedNames;
import dev.skerry.kube.pki.SigningRequest;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signs approved requests for certificates of the signers {@code kubernetes.io/*}, approves those of kubelets that may ask, and removes
 * old requests.
 */
final class SigningRequests implements Controller {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Duration SHORTEST = Duration.ofMinutes(10);
    private static final Duration PENDING = Duration.ofHours(24);
    private static final Duration DECIDED = Duration.ofHours(1);

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<CertificateSigningRequest> requests;
    private final ControlLoop loop;

    SigningRequests(Writer writer, ControllersConfig config, Cache<CertificateSigningRequest> requests) {
        this.writer = writer;
        this.config = config;
        this.requests = requests;
        this.loop = new ControlLoop("signingrequests", 1, this::reconcile);
        requests.onChange(r -> loop.add(Cache.key(r)));
    }

    @Override
    public void start() {
        loop.start();
    }

    private static Optional<CertificateSigningRequestCondition> condition(CertificateSigningRequest request, String type) {
        return request.getStatus() == null ? Optional.empty()
                : request.getStatus().getConditions().stream().filter(c -> c.getType().equals(type) && "True".equals(c.getStatus())).findFirst();
    }

    private static boolean signed(CertificateSigningRequest request) {
        return request.getStatus() != null && request.getStatus().getCertificate() != null && !request.getStatus().getCertificate().isEmpty();
    }

    private Optional<Duration> reconcile(String name) {
        var found = requests.find(name).filter(r -> !Cache.leaving(r));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var request = found.get();
        var failed = condition(request, "Failed");
        var denied = condition(request, "Denied");
        var approved = condition(request, "Approved");
        if (config.signer().isPresent() && !signed(request) && failed.isEmpty() && denied.isEmpty() && request.getSpec().getSignerName().startsWith("kubernetes.io/")) {
            if (approved.isEmpty()) {
                approve(request);
            } else {
                sign(config.signer().get(), request);
            }
        }
        return age(request, failed.or(() -> denied).or(() -> approved.filter(a -> signed(request))));
    }

    private Optional<Duration> age(CertificateSigningRequest request, Optional<CertificateSigningRequestCondition> decided) {
        if (decided.isEmpty() && condition(request, "Approved").isPresent()) {
            return Optional.empty();
        }
        var since = decided.map(c -> c.getLastUpdateTime() == null ? request.getMetadata().getCreationTimestamp() : c.getLastUpdateTime()).orElse(request.getMetadata().getCreationTimestamp());
        var left = Duration.between(config.clock().instant(), Instant.parse(since).plus(decided.isPresent() ? DECIDED : PENDING));
        if (left.isPositive()) {
            return Optional.of(left);
        }
        writer.delete(request);
        return Optional.empty();
    }

    /** A kubelet's first certificate, or its next, if the API grants it that. */
    private void approve(CertificateSigningRequest request) {
        if (!request.getSpec().getSignerName().equals(SignerRules.KUBELET_CLIENT)) {
            return;
        }
        RequestedNames names;
        try {
            var der = der(request);
            SigningRequest.parse(der);
            names = RequestedNames.of(der);
        } catch (GeneralSecurityException e) {
            // Nobody approves what cannot be read.
            return;
        }
        if (!SignerRules.fault(request, names).isEmpty()) {
            return;
        }
        if (names.commonName().equals(request.getSpec().getUsername()) && allowed(request, "selfnodeclient")) {
            approve(request, "Auto approving self kubelet client certificate after SubjectAccessReview.");
        } else if (allowed(request, "nodeclient")) {
            approve(request, "Auto approving kubelet client certificate after SubjectAccessReview.");
        }
    }

    private boolean allowed(CertificateSigningRequest request, String subresource) {
        var spec = request.getSpec();
        var review = new SubjectAccessReviewBuilder().withNewSpec().withUser(spec.getUsername()).withUid(spec.getUid()).withGroups(spec.getGroups())
                .withNewResourceAttributes().withGroup("certificates.k8s.io").withResource("certificatesigningrequests").withVerb("create").withVersion("*")
                .withSubresource(subresource).endResourceAttributes().endSpec().build();
        return Boolean.TRUE.equals(writer.client().authorization().v1().subjectAccessReview().create(review).getStatus().getAllowed());
    }

    private void approve(CertificateSigningRequest request, String message) {
        condition(request, "approval", "Approved", "AutoApproved", message);
    }

    private void condition(CertificateSigningRequest request, String subresource, String type, String reason, String message) {
        var now = Condition.seconds(config.clock().instant());
        var conditions = new ArrayList<Object>(request.getStatus() == null ? List.of() : request.getStatus().getConditions());
        var fields = new LinkedHashMap<String, String>(new Condition(type, "True", reason, message).fields("lastTransitionTime", config.clock().instant()));
        fields.put("lastUpdateTime", now);
        conditions.add(fields);
        writer.mergePart(request, subresource, Map.of("status", Map.of("conditions", conditions)));
    }

    private void sign(CertificateAuthority authority, CertificateSigningRequest request) {
        try {
            var der = der(request);
            var parsed = SigningRequest.parse(der);
            var names = RequestedNames.of(der);
            var fault = SignerRules.fault(request, names);
            if (!fault.isEmpty()) {
                throw new GeneralSecurityException(fault);
            }
            var usages = request.getSpec().getUsages();
            var certificate = authority.issue(parsed.key(), new CertificateRequest(names.commonName(), names.organizations(), names.dnsNames(), names.addresses(), names.uris(),
                    usages.contains("server auth"), usages.contains("client auth"), validity(request)));
            writer.mergeStatus(request, Map.of("certificate", Base64.getEncoder().encodeToString(Pem.encode(certificate).getBytes(StandardCharsets.US_ASCII))));
        } catch (GeneralSecurityException e) {
            condition(request, "status", "Failed", "SignerValidationFailure", String.valueOf(e.getMessage()));
        }
    }

    private static Duration validity(CertificateSigningRequest request) {
        var wished = request.getSpec().getExpirationSeconds() == null ? LONGEST : Duration.ofSeconds(request.getSpec().getExpirationSeconds());
        return wished.compareTo(LONGEST) > 0 ? LONGEST : wished.compareTo(SHORTEST) < 0 ? SHORTEST : wished;
    }

    private static byte[] der(CertificateSigningRequest request) throws GeneralSecurityException {
        try {
            var pem = new String(Base64.getDecoder().decode(request.getSpec().getRequest()), StandardCharsets.US_ASCII);
            return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("signing request: " + e.getMessage() + " (expected: PKCS#10 in PEM)", e);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
