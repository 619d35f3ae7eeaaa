package dev.skerry.fabric.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.fabric.link.JoinSecret;
import dev.skerry.model.JoinToken;
import dev.skerry.model.JoinTokenSpec;
import dev.skerry.model.JoinTokenStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JoinTokensTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-24T00:00:00Z"));
    private final JoinSecret secret = JoinSecret.create("ab".repeat(32));

    @Test
    void countsAUseDown() {
        JoinToken token = token("2026-11-25T00:00:00Z", 2, null);
        token.setStatus(new JoinTokenStatus(1, List.of("a")));
        assertThat(JoinTokens.use(token, secret, "b", CLOCK))
                .isEqualTo(new JoinTokens.Judgement.Accepted(new JoinTokenStatus(0, List.of("a", "b"))));
    }

    @Test
    void saysWhyItRefuses() {
        JoinToken used = token("2026-11-25T00:00:00Z", 1, null);
        used.setStatus(new JoinTokenStatus(0, List.of("a")));
        assertThat(reason(used)).startsWith("token: used up");
        assertThat(reason(token("2026-11-24T00:00:00Z", 1, null))).startsWith("token: expired");
        assertThat(reason(token("2026-11-25T00:00:00Z", 1, "other"))).startsWith("site: b (expected: other");
        assertThat(reason(null)).startsWith("token: unknown");
    }

    private String reason(JoinToken token) {
        return ((JoinTokens.Judgement.Refused) JoinTokens.use(token, secret, "b", CLOCK)).reason();
    }

    private JoinToken token(String expires, int uses, String site) {
        var token = new JoinToken();
        token.setSpec(new JoinTokenSpec(secret.hash(), expires, uses, site, Map.of()));
        return token;
    }
}
