package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** Finds out who asks: by client certificate (CN is the user, each O a group), or by bearer token. */
final class Authenticator {

    private final Map<String, User> tokens;

    Authenticator(Map<String, User> tokens) {
        this.tokens = tokens;
    }

    Optional<User> user(ServerRequest request) {
        var header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        if (header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            // A wrong token is refused even beside a good certificate.
            return find(header.substring(7).strip());
        }
        return request.remotePeer().tlsCertificates()
                .filter(chain -> chain.length > 0 && chain[0] instanceof X509Certificate)
                .flatMap(chain -> named((X509Certificate) chain[0]));
    }

    private Optional<User> find(String token) {
        User found = null;
        for (var entry : tokens.entrySet()) {
            // Constant time in the token's characters.
            if (java.security.MessageDigest.isEqual(
                    entry.getKey().getBytes(java.nio.charset.StandardCharsets.UTF_8), token.getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
                found = entry.getValue();
            }
        }
        return Optional.ofNullable(found);
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
            groups.add("system:authenticated");
            return name.isEmpty() ? Optional.empty() : Optional.of(new User(name, groups));
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
