package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.store.ObjectStore;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The keys of the account tokens. The newest signs; every key verifies until the last token that it signed has run out. A key that has signed for
 * {@code signsFor} is followed by a new one, at the next token. They live in the store, outside of what the API shows, so that all replicas share them.
 */
final class SigningKeys {

    private static final String KEY = "/-/account-tokens/keys";
    private static final String FIRST_KEY = "/-/account-tokens/key";
    /** The note on how long a key is needed is written in steps, not for each token. */
    private static final Duration STEP = Duration.ofDays(30);
    private static final int MAX_TRIES = 20;
    private static final int BITS = 2_048;

    private final ObjectStore store;
    private final InstantSource clock;
    private final Duration signsFor;
    private volatile Loaded loaded = new Loaded(-1, List.of());

    SigningKeys(ObjectStore store, InstantSource clock, Duration signsFor) {
        this.store = store;
        this.clock = clock;
        this.signsFor = signsFor;
    }

    /** One pair. @param until the end of the last token that it signed */
    record Key(String id, PrivateKey signing, PublicKey verifying, Instant made, Instant until) {

        /** By RFC 7518. */
        String algorithm() {
            return verifying instanceof ECPublicKey ? "ES256" : "RS256";
        }

        /** As the JDK calls it. */
        String signature() {
            return verifying instanceof ECPublicKey ? "SHA256withECDSAinP1363Format" : "SHA256withRSA";
        }
    }

    private record Loaded(long revision, List<Key> keys) {}

    /** All that verify; the newest first. */
    List<Key> all() {
        var now = clock.instant();
        var keys = load().keys();
        return keys.stream().filter(k -> k.equals(keys.getFirst()) || k.until().isAfter(now)).toList();
    }

    /** The key that signs a token which ends then. */
    Key forTokenUntil(Instant end) {
        for (int i = 0; i < MAX_TRIES; i++) {
            var now = load();
            var newest = now.keys().isEmpty() ? Optional.<Key>empty() : Optional.of(now.keys().getFirst());
            var due = newest.isEmpty() || newest.get().made().plus(signsFor).isBefore(clock.instant());
            if (!due && !newest.get().until().isBefore(end)) {
                return newest.get();
            }
            var noted = end.isAfter(Instant.MAX.minus(STEP)) ? Instant.MAX : end.plus(STEP);
            var keys = new ArrayList<>(now.keys());
            if (due) {
                keys.addFirst(make(noted));
            } else {
                var key = keys.removeFirst();
                keys.addFirst(new Key(key.id(), key.signing(), key.verifying(), key.made(), noted));
            }
            if (keep(now.revision(), keys)) {
                return keys.getFirst();
            }
        }
        throw new IllegalStateException("the keys of the account tokens could not be kept: others write them at the same time");
    }

    private Key make(Instant until) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            var pair = generator.generateKeyPair();
            return new Key(id(pair.getPublic()), pair.getPrivate(), pair.getPublic(), clock.instant(), until);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no RSA", e);
        }
    }

    private static String id(PublicKey key) {
        return dev.skerry.kube.pki.Keys.fingerprint(key).substring(0, 32);
    }

    private boolean keep(long revision, List<Key> keys) {
        var now = clock.instant();
        var body = JsonNodeFactory.instance.objectNode();
        var list = body.putArray("keys");
        for (var key : keys) {
            if (key.equals(keys.getFirst()) || key.until().isAfter(now)) {
                list.addObject().put("algorithm", key.verifying().getAlgorithm())
                        .put("private", Base64.getEncoder().encodeToString(key.signing().getEncoded()))
                        .put("public", Base64.getEncoder().encodeToString(key.verifying().getEncoded()))
                        .put("made", key.made().toString()).put("until", key.until().toString());
            }
        }
        return (revision < 0 ? store.create(KEY, r -> Bodies.write(body)) : store.update(KEY, revision, r -> Bodies.write(body))).isPresent();
    }

    private Loaded load() {
        var entry = store.get(KEY);
        if (entry.isEmpty()) {
            // The one key of the first version still verifies what it signed.
            return new Loaded(-1, store.get(FIRST_KEY).map(e -> List.of(first(Bodies.stored(e.value())))).orElse(List.of()));
        }
        var known = loaded;
        if (known.revision() == entry.get().revision()) {
            return known;
        }
        var keys = new ArrayList<Key>();
        Bodies.stored(entry.get().value()).path("keys").forEach(k -> keys.add(read(k, k.path("algorithm").asText(),
                Instant.parse(k.path("made").asText()), Instant.parse(k.path("until").asText()))));
        known = new Loaded(entry.get().revision(), List.copyOf(keys));
        loaded = known;
        return known;
    }

    private Key first(JsonNode key) {
        return read(key, "EC", Instant.EPOCH, clock.instant().plus(Duration.ofDays(366)));
    }

    private static Key read(JsonNode key, String algorithm, Instant made, Instant until) {
        try {
            var factory = KeyFactory.getInstance(algorithm);
            var verifying = factory.generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(key.path("public").asText())));
            return new Key(id(verifying), factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key.path("private").asText()))), verifying, made, until);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key of the account tokens cannot be read", e);
        }
    }

    /** A JSON Web Key Set (RFC 7517). */
    ObjectNode published() {
        if (load().keys().isEmpty()) {
            forTokenUntil(clock.instant());
        }
        var set = JsonNodeFactory.instance.objectNode();
        ArrayNode list = set.putArray("keys");
        for (var key : all()) {
            var one = list.addObject().put("use", "sig");
            switch (key.verifying()) {
                case RSAPublicKey rsa -> one.put("kty", "RSA").put("kid", key.id()).put("alg", "RS256")
                        .put("n", text(rsa.getModulus(), 0)).put("e", text(rsa.getPublicExponent(), 0));
                case ECPublicKey ec -> one.put("kty", "EC").put("kid", key.id()).put("crv", "P-256").put("alg", "ES256")
                        .put("x", text(ec.getW().getAffineX(), 32)).put("y", text(ec.getW().getAffineY(), 32));
                default -> throw new IllegalStateException("a key of the account tokens is neither RSA nor EC");
            }
        }
        return set;
    }

    /** Big-endian without a sign, at least so long. */
    private static String text(BigInteger number, int length) {
        var bytes = number.toByteArray();
        var from = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
        var out = new byte[Math.max(length, bytes.length - from)];
        System.arraycopy(bytes, from, out, out.length - (bytes.length - from), bytes.length - from);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out);
    }
}
