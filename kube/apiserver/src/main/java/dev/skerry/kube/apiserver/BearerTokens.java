package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every sort of bearer token: fixed ones of the configuration, of service accounts, for bootstrapping, of an OpenID Connect issuer. */
final class BearerTokens {

    private static final int MAX_LENGTH = 16 * 1024;

    /** One sort of token. */
    interface Sort {

        Verdict read(String token, List<String> audiences);
    }

    private final List<Sort> sorts;

    BearerTokens(Map<String, User> fixed, List<Sort> sorts) {
        var all = new ArrayList<Sort>();
        all.add((token, audiences) -> fixed(fixed, token, audiences));
        all.addAll(sorts);
        this.sorts = List.copyOf(all);
    }

    /** Whom a token stands for; the refusal tells all reasons. */
    Verdict read(String token, List<String> audiences) {
        var errors = new ArrayList<String>();
        errors.add("invalid bearer token");
        if (token.length() <= MAX_LENGTH) {
            for (var sort : sorts) {
                switch (sort.read(token, audiences)) {
                    case Verdict.Known known -> {
                        return new Verdict.Known(known.user().authenticated(), known.audiences());
                    }
                    case Verdict.Refused refused -> errors.add(refused.why());
                    case Verdict.Foreign foreign -> {
                        // The next sort may know it.
                    }
                }
            }
        }
        return new Verdict.Refused(GoText.aggregate(errors));
    }

    private static Verdict fixed(Map<String, User> fixed, String token, List<String> audiences) {
        User found = null;
        for (var entry : fixed.entrySet()) {
            // Constant time in the token's characters.
            if (MessageDigest.isEqual(entry.getKey().getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8))) {
                found = entry.getValue();
            }
        }
        if (found == null) {
            return new Verdict.Foreign();
        }
        return audiences.contains(AccountTokens.ISSUER) ? new Verdict.Known(found, List.of(AccountTokens.ISSUER))
                : new Verdict.Refused("token audiences " + GoText.quoted(List.of(AccountTokens.ISSUER)) + " is invalid for the target audiences " + GoText.quoted(audiences));
    }
}
