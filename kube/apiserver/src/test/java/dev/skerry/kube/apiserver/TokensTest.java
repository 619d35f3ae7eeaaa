package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.TlsContexts;
import dev.skerry.kube.store.SqliteStore;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every sort of bearer token: whom it stands for, and when it stands for nobody. */
class TokensTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CORE = "/api/v1/namespaces/default/";
    private static final List<String> API = List.of(AccountTokens.ISSUER);

    @TempDir
    Path folder;

    @Test
    void aNewKeySignsAfterAWhileAndTheOldOneStillVerifies() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        InstantSource clock = now::get;
        try (var store = SqliteStore.open(folder.resolve("state.db"))) {
            var account = JsonNodeFactory.instance.objectNode();
            account.putObject("metadata").put("name", "robot").put("namespace", "default").put("uid", "u1");
            store.create("/core/serviceaccounts/default/robot", r -> Bodies.write(account));
            var tokens = new AccountTokens(store, clock, new SigningKeys(store, clock, Duration.ofDays(90)));
            var old = tokens.issue(account, API, now.get().plus(Duration.ofDays(200)), List.of(), Optional.empty());
            now.set(now.get().plus(Duration.ofDays(91)));
            // Another replica sees the same keys.
            var others = new AccountTokens(store, clock, new SigningKeys(store, clock, Duration.ofDays(90)));
            var fresh = others.issue(account, API, now.get().plus(Duration.ofDays(1)), List.of(), Optional.empty());

            assertThat(key(old)).isNotEqualTo(key(fresh));
            assertThat(tokens.read(old, API)).isInstanceOf(Verdict.Known.class);
            assertThat(tokens.read(fresh, API)).isInstanceOf(Verdict.Known.class);
            assertThat(tokens.published().path("keys")).hasSize(2);
            now.set(now.get().plus(Duration.ofDays(2)));
            assertThat(tokens.read(fresh, API)).isEqualTo(new Verdict.Refused("service account token has expired"));
            now.set(now.get().plus(Duration.ofDays(200)));
            others.issue(account, API, now.get().plus(Duration.ofDays(1)), List.of(), Optional.empty());
            assertThat(others.published().path("keys")).as("keys of which no token is left go").hasSizeLessThan(3);
        }
    }

    private static String key(String token) {
        return WebTokens.parse(token).orElseThrow().head().path("kid").asText();
    }

    @Test
    void aSecretOfAnAccountIsFilledAndGoesWithIt() throws Exception {
        try (var running = new RunningServer(folder)) {
            made(running, "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}");
            made(running, CORE + "serviceaccounts", "{\"metadata\": {\"name\": \"robot\"}}");
            made(running, CORE + "secrets", "{\"metadata\": {\"name\": \"s\", \"annotations\": {\"kubernetes.io/service-account.name\": \"robot\"}}, \"type\": \"kubernetes.io/service-account-token\"}");
            var read = JSON.readTree(running.send("GET", CORE + "secrets/s", "").body()).at("/data/token").asText();
            var token = new String(Base64.getDecoder().decode(read), StandardCharsets.US_ASCII);
            var who = running.send(running.nobody, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", "Authorization", "Bearer " + token);
            assertThat(who.body()).contains("system:serviceaccount:default:robot");

            running.send("DELETE", CORE + "serviceaccounts/robot", "");
            assertThat(running.send(running.nobody, "GET", CORE + "pods", "", "Authorization", "Bearer " + token).statusCode()).isEqualTo(401);
            assertThat(running.send("GET", CORE + "secrets/s", "").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aBootstrapTokenIsGoodForItsUseAndTimeOnly() throws Exception {
        try (var running = new RunningServer(folder)) {
            made(running, "/api/v1/namespaces", "{\"metadata\": {\"name\": \"kube-system\"}}");
            bootstrap(running, "aaaaaa", "true", "2099-01-01T00:00:00Z");
            bootstrap(running, "bbbbbb", "true", "2020-01-01T00:00:00Z");
            bootstrap(running, "cccccc", "false", "2099-01-01T00:00:00Z");
            assertThat(self(running, "aaaaaa.0123456789abcdef").body()).contains("system:bootstrap:aaaaaa", "system:bootstrappers:edge");
            for (var bad : List.of("bbbbbb.0123456789abcdef", "cccccc.0123456789abcdef", "aaaaaa.0123456789abcdee", "dddddd.0123456789abcdef")) {
                assertThat(self(running, bad).statusCode()).as(bad).isEqualTo(401);
            }
        }
    }

    private static void bootstrap(RunningServer running, String id, String use, String end) throws Exception {
        made(running, "/api/v1/namespaces/kube-system/secrets", "{\"metadata\": {\"name\": \"bootstrap-token-" + id + "\"}, \"type\": \"bootstrap.kubernetes.io/token\", \"stringData\": {"
                + "\"token-id\": \"" + id + "\", \"token-secret\": \"0123456789abcdef\", \"usage-bootstrap-authentication\": \"" + use + "\", \"expiration\": \"" + end
                + "\", \"auth-extra-groups\": \"system:bootstrappers:edge\"}}");
    }

    @Test
    void anIssuerNamesUsersButNotTheClustersOwn() throws Exception {
        var authority = CertificateAuthority.loadOrCreate(folder.resolve("issuer"), "issuer", InstantSource.system());
        var own = Keys.generate();
        var tls = TlsContexts.of(own.getPrivate(), List.of(authority.issue(own.getPublic(),
                CertificateRequest.server("issuer", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1)))), List.of(authority.certificate()));
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        var pair = generator.generateKeyPair();
        var fetched = new AtomicInteger();
        var server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        var issuer = "https://127.0.0.1:" + server.getAddress().getPort();
        server.createContext("/", exchange -> {
            var keys = exchange.getRequestURI().getPath().equals("/keys");
            fetched.addAndGet(keys ? 1 : 0);
            var body = (keys ? keySet(pair) : "{\"issuer\": \"" + issuer + "\", \"jwks_uri\": \"" + issuer + "/keys\"}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        var config = new OidcConfig(URI.create(issuer), "edge", "sub", "oidc:", "groups", "", Map.of("tenant", "a"), Optional.of(List.of(authority.certificate())));
        try (var running = new RunningServer(folder, AccessConfig.USUAL.withOidc(config))) {
            var later = Instant.now().plusSeconds(600).getEpochSecond();
            assertThat(self(running, token(pair, issuer, "edge", later, "a", "staff")).body()).contains("\"username\":\"oidc:jane\"", "staff");
            assertThat(self(running, token(pair, issuer, "other", later, "a", "staff")).statusCode()).as("another audience").isEqualTo(401);
            assertThat(self(running, token(pair, issuer, "edge", 1_000, "a", "staff")).statusCode()).as("run out").isEqualTo(401);
            assertThat(self(running, token(pair, issuer, "edge", later, "b", "staff")).statusCode()).as("another tenant").isEqualTo(401);
            assertThat(self(running, token(pair, issuer, "edge", later, "a", "system:masters")).statusCode()).as("makes himself master").isEqualTo(401);
            generator.initialize(2_048);
            assertThat(self(running, token(generator.generateKeyPair(), issuer, "edge", later, "a", "staff")).statusCode()).as("signed by somebody").isEqualTo(401);
            assertThat(fetched).as("keys are kept").hasValue(1);
        } finally {
            server.stop(0);
        }
    }

    private static String token(KeyPair pair, String issuer, String audience, long end, String tenant, String group) {
        var claims = JsonNodeFactory.instance.objectNode().put("iss", issuer).put("aud", audience).put("sub", "jane").put("exp", end).put("tenant", tenant);
        claims.putArray("groups").add(group);
        return WebTokens.sign(JsonNodeFactory.instance.objectNode().put("alg", "RS256").put("kid", "k1"), claims, pair.getPrivate(), "SHA256withRSA");
    }

    private static String keySet(KeyPair pair) {
        var key = (RSAPublicKey) pair.getPublic();
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return "{\"keys\": [{\"kty\": \"RSA\", \"use\": \"sig\", \"kid\": \"k1\", \"n\": \"" + encoder.encodeToString(key.getModulus().toByteArray())
                + "\", \"e\": \"" + encoder.encodeToString(key.getPublicExponent().toByteArray()) + "\"}]}";
    }

    @Test
    void publishesKeysWithWhichOthersCheckItsTokens() throws Exception {
        try (var running = new RunningServer(folder)) {
            made(running, "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}");
            made(running, CORE + "serviceaccounts", "{\"metadata\": {\"name\": \"robot\"}}");
            var answer = JSON.readTree(running.send("POST", CORE + "serviceaccounts/robot/token", "{\"spec\": {\"audiences\": [\"vault\"]}}").body());
            var token = WebTokens.parse(answer.at("/status/token").asText()).orElseThrow();
            var place = JSON.readTree(running.send("GET", "/.well-known/openid-configuration", "").body());
            assertThat(place.path("issuer").asText()).isEqualTo(token.text("iss"));
            JsonNode key = JSON.readTree(running.send("GET", URI.create(place.path("jwks_uri").asText()).getPath(), "").body()).at("/keys/0");
            assertThat(key.path("kid")).isEqualTo(token.head().path("kid"));
            assertThat(token.signedBy(OidcKeys.read(key).orElseThrow(), "SHA256withRSA")).isTrue();

            var review = "{\"spec\": {\"token\": \"" + answer.at("/status/token").asText() + "\"%s}}";
            assertThat(running.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review.formatted("")).body())
                    .contains("[invalid bearer token, token audiences [\\\"vault\\\"] is invalid for the target audiences");
            assertThat(running.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review.formatted(", \"audiences\": [\"vault\", \"x\"]")).body())
                    .contains("\"authenticated\":true", "\"audiences\":[\"vault\"]}");
        }
    }

    private static java.net.http.HttpResponse<String> self(RunningServer running, String token) throws Exception {
        return running.send(running.nobody, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", "Authorization", "Bearer " + token);
    }

    private static void made(RunningServer running, String path, String body) throws Exception {
        var answer = running.send("POST", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }
}
