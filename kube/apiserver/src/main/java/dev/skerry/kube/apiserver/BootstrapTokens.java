package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tokens with which a new node shows itself for the first time: {@code ID.SECRET}, kept in the Secret {@code bootstrap-token-ID} of kube-system, of the
 * type {@code bootstrap.kubernetes.io/token}, while it has not run out and is meant for authentication.
 */
final class BootstrapTokens implements BearerTokens.Sort {

    private static final Pattern FORM = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
    private static final Pattern GROUP = Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");

    private final ObjectStore store;
    private final InstantSource clock;

    BootstrapTokens(ObjectStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public Verdict read(String token, List<String> audiences) {
        var form = FORM.matcher(token);
        if (!form.matches()) {
            return new Verdict.Foreign();
        }
        var id = form.group(1);
        var secret = store.get("/core/secrets/kube-system/bootstrap-token-" + id).map(e -> Bodies.stored(e.value()));
        if (secret.isEmpty() || secret.get().path("metadata").has("deletionTimestamp") || !secret.get().path("type").asText().equals("bootstrap.kubernetes.io/token")) {
            return new Verdict.Foreign();
        }
        var data = secret.get().path("data");
        var good = MessageDigest.isEqual(text(data, "token-secret").getBytes(StandardCharsets.UTF_8), form.group(2).getBytes(StandardCharsets.UTF_8))
                && text(data, "token-id").equals(id) && text(data, "usage-bootstrap-authentication").equals("true") && inTime(text(data, "expiration"))
                && audiences.contains(AccountTokens.ISSUER);
        var groups = new ArrayList<String>();
        groups.add("system:bootstrappers");
        for (var group : text(data, "auth-extra-groups").split(",", -1)) {
            if (!group.isEmpty() && !GROUP.matcher(group).matches()) {
                return new Verdict.Foreign();
            }
            if (!group.isEmpty()) {
                groups.add(group);
            }
        }
        return good ? new Verdict.Known(new User("system:bootstrap:" + id, groups), List.of(AccountTokens.ISSUER)) : new Verdict.Foreign();
    }

    private boolean inTime(String expiration) {
        try {
            return expiration.isEmpty() || Instant.from(java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(expiration)).isAfter(clock.instant());
        } catch (DateTimeParseException e) {
            // As upstream: an end that nobody can read has passed.
            return false;
        }
    }

    private static String text(JsonNode data, String key) {
        try {
            return new String(Base64.getDecoder().decode(data.path(key).asText("")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
