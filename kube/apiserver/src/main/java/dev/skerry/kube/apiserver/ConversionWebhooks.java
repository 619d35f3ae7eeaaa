package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.Versions.Conversion;
import dev.skerry.kube.apiserver.Versions.ConversionFailure;
import dev.skerry.kube.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Asks the webhooks that definitions name to convert objects between versions (ConversionReview v1). Blocking. */
final class ConversionWebhooks {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MAX_ANSWER = 16 * 1024 * 1024;

    private final ObjectStore store;

    ConversionWebhooks(ObjectStore store) {
        this.store = store;
    }

    Conversion of(ObjectNode definition) {
        var conversion = definition.path("spec").path("conversion");
        return conversion.path("strategy").asText("None").equals("Webhook") ? new Webhook(conversion.path("webhook")) : Conversion.NONE;
    }

    private final class Webhook implements Conversion {
        private final JsonNode webhook;

        Webhook(JsonNode webhook) {
            this.webhook = webhook;
        }

        @Override
        public ObjectNode convert(ObjectNode object, String apiVersion) {
            var gvk = dev.skerry.kube.schema.Gvk.of(object);
            var prefix = "conversion webhook for " + gvk.apiVersion() + ", Kind=" + gvk.kind() + " failed: ";
            var review = JsonNodeFactory.instance.objectNode().put("kind", "ConversionReview").put("apiVersion", "apiextensions.k8s.io/v1");
            var uid = UUID.randomUUID().toString();
            review.putObject("request").put("uid", uid).put("desiredAPIVersion", apiVersion).putArray("objects").add(object);
            var answer = call(review, prefix).path("response");
            if (!answer.path("uid").asText().equals(uid)) {
                throw new ConversionFailure(prefix + "expected response.uid=\"" + uid + "\", got \"" + answer.path("uid").asText() + "\"");
            }
            if (!answer.path("result").path("status").asText().equals("Success")) {
                var why = answer.path("result").path("message").asText("");
                throw new ConversionFailure("conversion webhook for " + gvk.apiVersion() + ", Kind=" + gvk.kind() + " failed: " + (why.isEmpty() ? "no message" : why));
            }
            var converted = answer.path("convertedObjects");
            if (converted.size() != 1) {
                throw new ConversionFailure("conversion webhook for " + gvk.apiVersion() + ", Kind=" + gvk.kind() + " returned " + converted.size() + " objects, expected 1");
            }
            return checked((ObjectNode) converted.get(0).deepCopy(), object, apiVersion, gvk);
        }

        private ObjectNode checked(ObjectNode made, ObjectNode object, String apiVersion, dev.skerry.kube.schema.Gvk gvk) {
            var prefix = "conversion webhook for " + gvk.apiVersion() + ", Kind=" + gvk.kind() + " returned invalid converted object at index 0: ";
            if (!made.path("apiVersion").asText().equals(apiVersion)) {
                throw new ConversionFailure(prefix + "invalid groupVersion (expected " + apiVersion + ", received " + made.path("apiVersion").asText() + ")");
            }
            if (!made.path("kind").equals(object.path("kind"))) {
                throw new ConversionFailure(prefix + "invalid kind (expected " + object.path("kind").asText() + ", received " + made.path("kind").asText() + ")");
            }
            for (var fixed : new String[] {"name", "namespace", "uid"}) {
                if (!made.path("metadata").path(fixed).equals(object.path("metadata").path(fixed))) {
                    throw new ConversionFailure(prefix + "invalid metadata." + fixed);
                }
            }
            // Of the metadata a webhook may change labels and annotations only.
            var metadata = ((ObjectNode) object.path("metadata")).deepCopy();
            for (var free : new String[] {"labels", "annotations"}) {
                if (made.path("metadata").has(free)) {
                    metadata.set(free, made.path("metadata").get(free));
                } else {
                    metadata.remove(free);
                }
            }
            made.set("metadata", metadata);
            return made;
        }

        private JsonNode call(ObjectNode review, String prefix) {
            var config = webhook.path("clientConfig");
            var url = url(config);
            try (var client = client(config.path("caBundle").asText(""))) {
                var request = HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT).header("Content-Type", "application/json").header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(Bodies.write(review))).build();
                var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
                try (var in = response.body()) {
                    var bytes = in.readNBytes(MAX_ANSWER);
                    if (response.statusCode() < 200 || response.statusCode() > 299) {
                        throw new ConversionFailure(prefix + "the server rejected our request for an unknown reason (" + response.statusCode() + ")");
                    }
                    return Bodies.JSON.readTree(bytes);
                }
            } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
                var why = e instanceof java.net.ConnectException ? "dial tcp " + URI.create(url).getAuthority() + ": connect: connection refused" : String.valueOf(e.getMessage());
                throw new ConversionFailure(prefix + "Post \"" + url + "?timeout=30s\": " + why);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ConversionFailure(prefix + "context canceled");
            }
        }
    }

    /** A service is called at its cluster address: no name of the cluster resolves here. */
    private String url(JsonNode config) {
        if (config.path("url").isTextual()) {
            return config.path("url").asText();
        }
        var service = config.path("service");
        var name = service.path("name").asText();
        var namespace = service.path("namespace").asText();
        var address = store.get("/core/services/" + namespace + "/" + name).map(e -> Bodies.stored(e.value()).path("spec").path("clusterIP").asText(""))
                .orElseThrow(() -> new ConversionFailure("conversion webhook failed: service \"" + name + "\" not found"));
        return "https://" + address + ":" + service.path("port").asInt(443) + service.path("path").asText("/");
    }

    private static HttpClient client(String bundle) throws GeneralSecurityException, IOException {
        var builder = HttpClient.newBuilder().connectTimeout(LIMIT).version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER);
        if (!bundle.isEmpty()) {
            var keys = KeyStore.getInstance(KeyStore.getDefaultType());
            keys.load(null, null);
            var i = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(Base64.getDecoder().decode(bundle)))) {
                keys.setCertificateEntry("ca" + i++, certificate);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            builder.sslContext(context);
        }
        return builder.build();
    }
}
