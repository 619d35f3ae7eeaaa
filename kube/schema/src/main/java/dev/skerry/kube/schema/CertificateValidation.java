package dev.skerry.kube.schema;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Rules of certificate signing requests. */
final class CertificateValidation {
    private static final String[] USAGES = {"any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only",
        "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc",
        "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping"};
    private static final Set<String> ALWAYS_TRUE = Set.of("Approved", "Denied", "Failed");
    private static final int SHORTEST = 600;
    private static final int SIGNER_NAME = 571;

    private CertificateValidation() {}

    /** @param old what was there, a missing place if nothing was */
    static void request(Place request, Place old) {
        Place spec = request.get("spec");
        pem(spec.get("request"));
        Place usages = spec.get("usages");
        if (usages.blank()) {
            usages.required();
        }
        usages.items().forEach(u -> u.oneOf(USAGES));
        Set<String> seen = new HashSet<>();
        for (Place usage : usages.items()) {
            if (!seen.add(usage.text())) {
                usage.duplicate();
            }
        }
        Place signer = spec.get("signerName");
        if (signer.is("kubernetes.io/legacy-unknown")) {
            signer.invalidText("the legacy signerName is not allowed via this API version");
        } else {
            signer(signer);
        }
        Place seconds = spec.get("expirationSeconds");
        if (seconds.given() && seconds.number() < SHORTEST) {
            seconds.invalid("may not specify a duration less than 600 seconds (10 minutes)");
        }
        conditions(request.get("status", "conditions"));
        Place certificate = request.get("status", "certificate");
        if (!certificate.blank() && !(old.given() && certificate.is(old.get("status", "certificate").text()))) {
            certificate(certificate.text()).ifPresent(f -> certificate.invalidAs("\"<certificate data>\"", f));
        }
    }

    private static void pem(Place request) {
        String text = decoded(request.text());
        if (!text.contains("-----BEGIN CERTIFICATE REQUEST-----") || !text.contains("-----END CERTIFICATE REQUEST-----")) {
            request.invalidAs(request.given() ? request.value().toString() : "null", "PEM block type must be CERTIFICATE REQUEST");
        }
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    static void signer(Place signer) {
        String text = signer.text();
        if (text.isEmpty()) {
            signer.required();
            return;
        }
        String[] parts = text.split("/", -1);
        if (parts.length != 2) {
            signer.invalidText("must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }
        List<String> domain = Names.subdomain(parts[0]);
        domain.forEach(f -> signer.invalidAs(Names.quote(parts[0]), "validating domain " + Names.quote(parts[0]) + ": " + f));
        if (domain.isEmpty() && parts[0].split("\\.").length < 2) {
            signer.invalidAs(Names.quote(text), "should be a domain with at least two segments separated by dots");
        }
        for (String fault : Names.subdomain(parts[1])) {
            signer.invalidText("validating label " + Names.quote(parts[1]) + ": " + fault);
        }
        if (text.length() > SIGNER_NAME) {
            signer.tooLong(SIGNER_NAME);
        }
    }

    private static void conditions(Place conditions) {
        Set<String> seen = new HashSet<>();
        for (Place condition : conditions.items()) {
            Place type = condition.get("type");
            Place status = condition.get("status");
            type.must();
            if (status.must()) {
                if (ALWAYS_TRUE.contains(type.text())) {
                    status.oneOf("True");
                } else {
                    status.oneOf("False", "True", "Unknown");
                }
            }
            String other = type.is("Approved") ? "Denied" : type.is("Denied") ? "Approved" : "";
            if (!other.isEmpty() && seen.contains(other)) {
                type.named(conditions.path()).invalidText("Approved and Denied conditions are mutually exclusive");
            }
            if (!seen.add(type.text())) {
                type.duplicate();
            }
        }
    }

    private static Optional<String> certificate(String base64) {
        String text = decoded(base64);
        if (!text.contains("-----BEGIN ")) {
            return Optional.of("must contain at least one CERTIFICATE PEM block");
        }
        int at = text.indexOf("-----BEGIN ");
        String type = text.substring(at + "-----BEGIN ".length(), Math.max(text.indexOf("-----", at + 5), at + "-----BEGIN ".length()));
        return type.equals("CERTIFICATE") ? Optional.empty() : Optional.of("only CERTIFICATE PEM blocks are allowed, found " + Names.quote(type));
    }

    static void update(Place request, Place old, String subresource) {
        Place conditions = request.get("status", "conditions");
        for (String type : List.of("Approved", "Denied", "Failed")) {
            if (of(conditions, type).size() < of(old.get("status", "conditions"), type).size()) {
                conditions.forbidden("updates may not remove a condition of type " + Names.quote(type));
            }
        }
        if (!subresource.equals("approval")) {
            for (String type : List.of("Approved", "Denied")) {
                List<Place> now = of(conditions, type);
                List<Place> before = of(old.get("status", "conditions"), type);
                if (now.size() > before.size()) {
                    conditions.forbidden("updates may not add a condition of type " + Names.quote(type));
                } else if (now.size() == before.size() && !now.stream().map(Place::value).toList().equals(before.stream().map(Place::value).toList())) {
                    conditions.forbidden("updates may not modify a condition of type " + Names.quote(type) + "\n");
                }
            }
        }
        Place certificate = request.get("status", "certificate");
        Place was = old.get("status", "certificate");
        if (!certificate.is(was.text())) {
            if (!subresource.equals("status")) {
                certificate.forbidden("updates may not set certificate content");
            } else if (!was.blank()) {
                certificate.forbidden("updates may not modify existing certificate content");
            }
        }
    }

    private static List<Place> of(Place conditions, String type) {
        List<Place> found = new ArrayList<>();
        conditions.items().stream().filter(c -> c.get("type").is(type)).forEach(found::add);
        return found;
    }
}
