package dev.skerry.kube.apiserver;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An OpenID Connect issuer whose ID tokens are taken, with upstream's options.
 *
 * @param issuer an https URL; the {@code iss} of the tokens, and where the keys are found by discovery
 * @param clientId one of the token's audiences
 * @param usernameClaim the claim that names the user; of {@code email} only a verified one is taken
 * @param usernamePrefix put before the name; empty: the issuer and {@code #}, unless the claim is {@code email}; {@code -}: nothing
 * @param groupsClaim the claim with the groups, a text or a list; empty for none
 * @param groupsPrefix put before each group
 * @param required claims that must be there with that value
 * @param authority whom the issuer's certificate must come from; empty for the machine's usual authorities
 */
public record OidcConfig(
        URI issuer,
        String clientId,
        String usernameClaim,
        String usernamePrefix,
        String groupsClaim,
        String groupsPrefix,
        Map<String, String> required,
        Optional<List<X509Certificate>> authority) {

    public OidcConfig {
        required = Map.copyOf(required);
        authority = authority.map(List::copyOf);
        if (!"https".equals(issuer.getScheme()) || issuer.getHost() == null || issuer.getQuery() != null || issuer.getFragment() != null) {
            throw new IllegalArgumentException("issuer: " + issuer + " (expected: an https URL without query and fragment)");
        }
        if (clientId.isEmpty()) {
            throw new IllegalArgumentException("clientId: empty (expected: the audience that the tokens are for)");
        }
        if (usernameClaim.isEmpty()) {
            usernameClaim = "sub";
        }
    }

    /** What stands before each user's name. */
    String prefix() {
        return usernamePrefix.equals("-") ? "" : usernamePrefix.isEmpty() ? usernameClaim.equals("email") ? "" : issuer + "#" : usernamePrefix;
    }
}
