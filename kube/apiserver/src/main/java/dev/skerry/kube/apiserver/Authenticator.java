package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** Finds out who asks: by bearer token, or by client certificate (CN is the user, each O a group); and whom he plays, if he may. */
final class Authenticator {

    private static final String EXTRA = "impersonate-extra-";

    private final Map<String, User> fixed;
    private final AccountTokens accounts;
    private final Rbac rbac;

    Authenticator(Map<String, User> fixed, AccountTokens accounts, Rbac rbac) {
        this.fixed = fixed;
        this.accounts = accounts;
        this.rbac = rbac;
    }

    /** Who asks, or plays to ask. */
    Optional<User> user(ServerRequest request) throws Failure {
        var real = real(request).map(User::authenticated);
        return real.isPresent() ? Optional.of(played(request, real.get())) : real;
    }

    private Optional<User> real(ServerRequest request) {
        var header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        if (header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            // A wrong token is refused even beside a good certificate.
            return token(header.substring(7).strip(), List.of(AccountTokens.ISSUER));
        }
        return request.remotePeer().tlsCertificates()
                .filter(chain -> chain.length > 0 && chain[0] instanceof X509Certificate)
                .flatMap(chain -> named((X509Certificate) chain[0]));
    }

    /** Whom a bearer token stands for. */
    Optional<User> token(String token, List<String> audiences) {
        User found = null;
        for (var entry : fixed.entrySet()) {
            // Constant time in the token's characters.
            if (MessageDigest.isEqual(entry.getKey().getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8))) {
                found = entry.getValue();
            }
        }
        return found != null ? Optional.of(found.authenticated()) : accounts.user(token, audiences);
    }

    private static Optional<User> named(X509Certificate certificate) {
        try {
            var name = "";
            var groups = new ArrayList<String>();
            for (var part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    name = part.getValue().toString();
                } else if (part.getType().equalsIgnoreCase("O")) {
                    groups.add(part.getValue().toString());
                }
            }
            var print = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
            return name.isEmpty() ? Optional.empty()
                    : Optional.of(new User(name, "", groups, Map.of("authentication.kubernetes.io/credential-id", List.of("X509SHA256=" + print))));
        } catch (InvalidNameException | java.security.GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private User played(ServerRequest request, User real) throws Failure {
        var name = request.headers().first(HeaderNames.create("Impersonate-User")).orElse("");
        var groups = values(request, "Impersonate-Group");
        var extra = new HashMap<String, List<String>>();
        for (var header : request.headers()) {
            var lower = header.headerName().lowerCase();
            if (lower.startsWith(EXTRA)) {
                extra.put(java.net.URLDecoder.decode(lower.substring(EXTRA.length()), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT), List.copyOf(header.allValues()));
            }
        }
        if (name.isEmpty()) {
            if (!groups.isEmpty() || !extra.isEmpty()) {
                throw Failure.internalPlain("requested impersonation without impersonating a user");
            }
            return real;
        }
        var account = name.startsWith("system:serviceaccount:") ? name.split(":", 4) : new String[0];
        rbac.check(real, account.length == 4
                ? new Access("impersonate", "", "v1", "serviceaccounts", "", account[2], account[3], "")
                : new Access("impersonate", "", "v1", "users", "", "", name, ""));
        for (var group : groups) {
            rbac.check(real, new Access("impersonate", "", "v1", "groups", "", "", group, ""));
        }
        for (var key : extra.keySet()) {
            for (var value : extra.getOrDefault(key, List.of())) {
                rbac.check(real, new Access("impersonate", "authentication.k8s.io", "v1", "userextras", key, "", value, ""));
            }
        }
        if (account.length == 4 && groups.isEmpty()) {
            groups = List.of("system:serviceaccounts", "system:serviceaccounts:" + account[2]);
        }
        var uid = request.headers().first(HeaderNames.create("Impersonate-Uid")).orElse("");
        if (!uid.isEmpty()) {
            rbac.check(real, new Access("impersonate", "authentication.k8s.io", "v1", "uids", "", "", uid, ""));
        }
        return new User(name, uid, groups, extra).authenticated();
    }

    private static List<String> values(ServerRequest request, String name) {
        var header = HeaderNames.create(name);
        return request.headers().contains(header) ? List.copyOf(request.headers().get(header).allValues()) : List.of();
    }
}
