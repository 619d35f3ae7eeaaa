package dev.skerry.program;

import dev.skerry.kube.apiserver.AccessConfig;
import dev.skerry.kube.apiserver.AuditConfig;
import dev.skerry.kube.apiserver.Limits;
import dev.skerry.kube.apiserver.OidcConfig;
import dev.skerry.kube.pki.Pem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who is let in to the Kubernetes API, how much is done for each, what is written down: {@code api.anonymous}, {@code api.oidc} and so on. */
record ApiAccess(boolean anonymous, Duration signingKeyAge, Limits limits, Audit audit, Optional<Oidc> oidc) {

    static final ApiAccess USUAL = new ApiAccess(true, Duration.ofDays(90), Limits.USUAL, new Audit(true, Optional.empty(), 8L << 20, 8, Duration.ofDays(90)), Optional.empty());

    /** @param policy a file; absent for the usual one */
    record Audit(boolean enabled, Optional<Path> policy, long maxBytes, int maxFiles, Duration maxAge) {}

    /** @param ca a file in PEM; absent for the machine's authorities */
    record Oidc(URI issuer, String clientId, String usernameClaim, String usernamePrefix, String groupsClaim, String groupsPrefix, Map<String, String> required, Optional<Path> ca) {}

    static ApiAccess read(ConfigSection section) {
        var limits = section.section("limits");
        var audit = section.section("audit");
        var access = new ApiAccess(
                section.flag("anonymous", true),
                section.duration("signingKeyAge", "90d"),
                new Limits(number(limits, "inFlight", 400, 20), number(limits, "queued", 800, 0), number(limits, "watchesPerClient", 1_500, 1), limits.duration("requestTime", "60s")),
                new Audit(audit.flag("enabled", true), path(audit, "policy"), Math.max(4_096, audit.bytes("maxBytes", "8Mi")), number(audit, "maxFiles", 8, 1), audit.duration("maxAge", "90d")),
                section.has("oidc") ? oidc(section.section("oidc")) : Optional.empty());
        limits.finish();
        audit.finish();
        return access;
    }

    private static Optional<Path> path(ConfigSection section, String key) {
        var text = section.text(key, "", ".*", "a file");
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    private static int number(ConfigSection section, String key, int otherwise, int least) {
        var number = Integer.parseInt(section.text(key, Integer.toString(otherwise), "[0-9]{1,7}", least + " to 9999999"));
        if (number < least) {
            section.fault(key, Integer.toString(number), least + " to 9999999");
            return otherwise;
        }
        return number;
    }

    private static Optional<Oidc> oidc(ConfigSection section) {
        var required = new LinkedHashMap<String, String>();
        for (var claim : section.texts("requiredClaims", List.of())) {
            var equals = claim.indexOf('=');
            if (equals < 1) {
                section.fault("requiredClaims", claim, "CLAIM=VALUE");
            } else {
                required.put(claim.substring(0, equals), claim.substring(equals + 1));
            }
        }
        var oidc = new Oidc(
                URI.create(section.text("issuer", "https://issuer.invalid", "https://[A-Za-z0-9._~:/%-]+", "an https URL without query")),
                section.text("clientId", "kubernetes", ".+", "the audience that the tokens are for"),
                section.text("usernameClaim", "sub", "[A-Za-z0-9_.:/-]+", "the name of a claim"),
                section.text("usernamePrefix", "", ".*", "a text; - for none"),
                section.text("groupsClaim", "", "[A-Za-z0-9_.:/-]*", "the name of a claim"),
                section.text("groupsPrefix", "", ".*", "a text"),
                required, path(section, "ca"));
        if (!section.has("issuer")) {
            section.fault("issuer", "not there", "an https URL without query");
        }
        section.finish();
        return Optional.of(oidc);
    }

    /** As the API server takes it; reads the files that are named. */
    AccessConfig config(Path data) throws IOException {
        var config = new AccessConfig(anonymous, signingKeyAge, Optional.empty(), limits, Optional.empty());
        if (audit.enabled()) {
            var policy = audit.policy().isPresent() ? Files.readString(audit.policy().get()) : "";
            config = config.withAudit(new AuditConfig(data.resolve("audit/audit.log"), policy, audit.maxBytes(), audit.maxFiles(), audit.maxAge()));
        }
        if (oidc.isPresent()) {
            var one = oidc.get();
            Optional<List<X509Certificate>> authority = one.ca().isPresent() ? Optional.of(Pem.certificates(Files.readString(one.ca().get()))) : Optional.empty();
            config = config.withOidc(new OidcConfig(one.issuer(), one.clientId(), one.usernameClaim(), one.usernamePrefix(), one.groupsClaim(), one.groupsPrefix(), one.required(), authority));
        }
        return config;
    }
}
