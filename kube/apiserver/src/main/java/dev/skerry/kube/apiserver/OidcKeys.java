package dev.skerry.kube.apiserver;

import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.pki.TlsContexts;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an issuer, found by discovery over HTTPS and kept. They are fetched when a token names a key that is not known, and once an hour, but never
 * more often than every ten seconds; by one thread, while the others wait for a bounded time. If the issuer does not answer, the keys that we have go on.
 */
final class OidcKeys implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(OidcKeys.class.getName());
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration AT_MOST_EVERY = Duration.ofSeconds(10);
    private static final Duration AT_LEAST_EVERY = Duration.ofHours(1);
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_KEYS = 100;
    private static final Map<String, String> CURVES = Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");

    private final OidcConfig config;
    private final InstantSource clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile Map<String, PublicKey> keys = Map.of();
    private volatile Instant tried = Instant.MIN;
    private @Nullable HttpClient client;

    OidcKeys(OidcConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /** The key of that id; for an empty one the only key, if there is just one. */
    Optional<PublicKey> find(String id) {
        var now = clock.instant();
        var due = tried.equals(Instant.MIN) || tried.plus(known(id).isPresent() ? AT_LEAST_EVERY : AT_MOST_EVERY).isBefore(now);
        if (due) {
            refresh(now);
        }
        return known(id);
    }

    private Optional<PublicKey> known(String id) {
        var all = keys;
        return id.isEmpty() ? all.size() == 1 ? all.values().stream().findFirst() : Optional.empty() : Optional.ofNullable(all.get(id));
    }

    private void refresh(Instant now) {
        var before = tried;
        try {
            if (!fetching.tryLock(TIMEOUT.toMillis() * 2, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (tried.equals(before)) {
                tried = now;
                keys = fetch();
            }
        } catch (IOException e) {
            LOG.log(WARNING, "OpenID issuer {0}: no keys: {1} (next try in {2} s at the earliest)", config.issuer(), e.getMessage(), AT_MOST_EVERY.toSeconds());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            fetching.unlock();
        }
    }

    private Map<String, PublicKey> fetch() throws IOException, InterruptedException {
        var base = config.issuer().toString();
        var document = get(URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/.well-known/openid-configuration"));
        if (!document.path("issuer").asText().equals(base)) {
            throw new IOException("issuer: " + document.path("issuer").asText() + " (expected: " + base + ")");
        }
        var location = URI.create(document.path("jwks_uri").asText(""));
        if (!"https".equals(location.getScheme())) {
            throw new IOException("jwks_uri: " + location + " (expected: an https URL)");
        }
        var found = new HashMap<String, PublicKey>();
        for (var key : get(location).path("keys")) {
            if (found.size() < MAX_KEYS && key.path("use").asText("sig").equals("sig")) {
                read(key).ifPresent(k -> found.put(key.path("kid").asText(""), k));
            }
        }
        return Map.copyOf(found);
    }

    private JsonNode get(URI location) throws IOException, InterruptedException {
        var answer = client().send(HttpRequest.newBuilder(location).timeout(TIMEOUT).header("Accept", "application/json").build(), BodyHandlers.ofInputStream());
        try (var in = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new IOException(location + " answered " + answer.statusCode() + " (expected: 200)");
            }
            var bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(location + " answered more than " + MAX_BYTES + " bytes (expected: fewer)");
            }
            return Bodies.JSON.readTree(bytes);
        }
    }

    private HttpClient client() {
        var known = client;
        if (known == null) {
            var builder = HttpClient.newBuilder().connectTimeout(TIMEOUT).followRedirects(HttpClient.Redirect.NEVER);
            config.authority().ifPresent(a -> builder.sslContext(TlsContexts.trusting(a)));
            known = builder.build();
            client = known;
        }
        return known;
    }

    /** A key of a JSON Web Key Set (RFC 7517), if it is of a sort that signs. */
    static Optional<PublicKey> read(JsonNode key) {
        try {
            return switch (key.path("kty").asText("")) {
                case "RSA" -> Optional.of(KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(number(key, "n"), number(key, "e"))));
                case "EC" -> {
                    var curve = CURVES.get(key.path("crv").asText(""));
                    if (curve == null) {
                        yield Optional.empty();
                    }
                    var parameters = AlgorithmParameters.getInstance("EC");
                    parameters.init(new ECGenParameterSpec(curve));
                    var domain = parameters.getParameterSpec(ECParameterSpec.class);
                    var point = new ECPoint(number(key, "x"), number(key, "y"));
                    // The JDK throws no checked exception for a point outside the field.
                    var size = domain.getCurve().getField().getFieldSize();
                    if (point.getAffineX().bitLength() > size || point.getAffineY().bitLength() > size) {
                        yield Optional.empty();
                    }
                    yield Optional.of(KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, domain)));
                }
                default -> Optional.empty();
            };
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // A key that we cannot use is as good as none.
            return Optional.empty();
        }
    }

    private static BigInteger number(JsonNode key, String member) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(key.path(member).asText("")));
    }

    @Override
    public void close() {
        fetching.lock();
        try {
            if (client != null) {
                client.shutdownNow();
            }
        } finally {
            fetching.unlock();
        }
    }
}
