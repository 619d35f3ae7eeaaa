package dev.skerry.blueprints.plant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Asks a skerry's console for readings, as a script would. */
final class Readings {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final String address;
    private final String authorization;
    private final HttpClient http;

    /** @param data the data folder, for the authority's certificate and the password */
    Readings(String address, Path data) throws IOException, GeneralSecurityException {
        this.address = address;
        this.authorization = "Basic " + Base64.getEncoder().encodeToString(
                ("admin:" + Files.readString(data.resolve("console-password")).strip()).getBytes(StandardCharsets.UTF_8));
        this.http = HttpClient.newBuilder().sslContext(trusting(data.resolve("pki/ca.crt"))).connectTimeout(TIMEOUT).build();
    }

    private static SSLContext trusting(Path certificate) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** All readings of a site (empty: the place itself): the sequences of each series, by device and property. */
    Map<String, long[]> sequences(String site) throws IOException, InterruptedException {
        var all = new TreeMap<String, long[]>();
        for (var series : get("/api/series?site=" + site)) {
            var key = series.path("key");
            if (!key.path("site").asText().equals(site)) {
                continue;
            }
            var rows = get("/api/range?limit=100000&from=1970-01-01T00:00:00Z&to=2999-01-01T00:00:00Z&site=" + encode(site)
                    + "&namespace=" + encode(key.path("namespace").asText())
                    + "&device=" + encode(key.path("device").asText())
                    + "&property=" + encode(key.path("property").asText()));
            var sequences = new long[rows.size()];
            for (int i = 0; i < sequences.length; i++) {
                sequences[i] = rows.get(i).path("sequence").asLong();
            }
            all.put(key.path("device").asText() + "/" + key.path("property").asText(), sequences);
        }
        return all;
    }

    /** The newest value of a series of this place itself. */
    java.util.Optional<JsonNode> newest(String device, String property) throws IOException, InterruptedException {
        for (var series : get("/api/series?device=" + encode(device) + "&property=" + encode(property))) {
            var from = series.path("newest").asText();
            var rows = get("/api/range?limit=10&from=" + encode(from) + "&device=" + encode(device) + "&property=" + encode(property)
                    + "&namespace=" + encode(series.path("key").path("namespace").asText()));
            if (!rows.isEmpty()) {
                return java.util.Optional.of(rows.get(rows.size() - 1).path("value"));
            }
        }
        return java.util.Optional.empty();
    }

    JsonNode alerts() throws IOException, InterruptedException {
        return get("/api/alerts");
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address + path)).header("Authorization", authorization).timeout(TIMEOUT).build();
        var answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
