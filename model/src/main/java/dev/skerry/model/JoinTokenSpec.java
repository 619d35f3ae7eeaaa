package dev.skerry.model;

import io.fabric8.generator.annotation.Required;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token's terms.
 *
 * @param hash SHA-256 of the token, in hexadecimal
 * @param expiresAt RFC 3339
 * @param uses how many enrolments it is good for
 * @param site if set, the only site name that it may enrol
 * @param labels what enrolled sites are labelled with
 */
public record JoinTokenSpec(
        @Required String hash,
        @Required String expiresAt,
        int uses,
        @Nullable String site,
        Map<String, String> labels) {

    public JoinTokenSpec {
        labels = labels == null ? Map.of() : Map.copyOf(labels);
    }
}
