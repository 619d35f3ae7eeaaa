package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/**
 * Finds out who asks: by bearer token, or by client certificate (CN is the user, each O a group). Headers that a front proxy could set
 * ({@code X-Remote-User} and its kin) say nothing here.
 */
final class Authenticator {

    static final User ANONYMOUS = new User("system:anonymous", List.of("system:unauthenticated"));

    private final BearerTokens tokens;
    private final boolean anonymous;

    /** @param anonymous whether those who show nothing are let in as system:anonymous */
    Authenticator(BearerTokens tokens, boolean anonymous) {
        this.tokens = tokens;
        this.anonymous = anonymous;
    }

    /** Who asks; empty if what he shows is no good, or nothing. */
    Optional<User> user(ServerRequest request) {
        if (request instanceof InnerRequest inner) {
            return Optional.of(inner.user());
        }
        var header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        var token = header.regionMatches(true, 0, "Bearer ", 0, 7) ? header.substring(7).strip() : "";
        if (!token.isEmpty()) {
            // A wrong token is refused even beside a good certificate.
            return tokens.read(token, List.of(AccountTokens.ISSUER)) instanceof Verdict.Known known ? Optional.of(known.user()) : Optional.empty();
        }
        var certified = request.remotePeer().tlsCertificates()
                .filter(chain -> chain.length > 0 && chain[0] instanceof X509Certificate)
                .flatMap(chain -> named((X509Certificate) chain[0]));
        return certified.map(User::authenticated).or(() -> anonymous ? Optional.of(ANONYMOUS) : Optional.empty());
    }

    /** Whom a bearer token stands for. */
    Verdict token(String token, List<String> audiences) {
        return tokens.read(token, audiences);
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
}
