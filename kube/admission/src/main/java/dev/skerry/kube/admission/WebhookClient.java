package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Asks webhooks over HTTPS, within a time and a size. Clients are made when there is a webhook, and shared by those that trust the same authorities. */
final class WebhookClient implements AutoCloseable {

    /** A webhook that could not be asked; the text says why. */
    static final class CallException extends Exception {
        private static final long serialVersionUID = 1;

        CallException(String message) {
            super(message, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    private static final int MAX_BYTES = 3 * 1024 * 1024;
    private static final int MAX_TOLD = 1_024;
    private static final int MAX_CLIENTS = 32;
    private static final int OK = 200;
    private static final int MULTIPLE_CHOICES = 300;

    private final WebhookAddresses addresses;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("webhook-", 0).factory());
    private final Map<String, HttpClient> clients = new LinkedHashMap<>();

    WebhookClient(WebhookAddresses addresses) {
        this.addresses = addresses;
    }

    /** Sends a review. @param config the {@code clientConfig} */
    JsonNode ask(JsonNode config, ObjectNode review, Duration timeout) throws CallException {
        var address = addresses.find(config);
        var query = "timeout=" + timeout.toSeconds() + "s";
        var shown = withQuery(address.shown(), query);
        var request = HttpRequest.newBuilder(withQuery(address.real(), query)).timeout(timeout)
                .header("Content-Type", "application/json").header("Accept", "application/json, */*").header("User-Agent", "kube-apiserver-admission")
                .POST(HttpRequest.BodyPublishers.ofByteArray(review.toString().getBytes(StandardCharsets.UTF_8))).build();
        var post = "failed to call webhook: Post \"" + shown + "\": ";
        try {
            var client = client(config.path("caBundle").asText(""), address.serverName());
            var answer = within(threads.submit(() -> exchange(client, request)), timeout);
            return decoded(answer);
        } catch (GeneralSecurityException | IOException e) {
            throw new CallException("failed to call webhook: unable to load root certificates: " + e.getMessage());
        } catch (TimeoutException e) {
            throw new CallException(post + "context deadline exceeded");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallException(post + "context canceled");
        } catch (java.util.concurrent.ExecutionException e) {
            throw new CallException(post + reason(e.getCause() == null ? e : e.getCause(), address.real()));
        }
    }

    private static Answer within(Future<Answer> asked, Duration timeout) throws InterruptedException, java.util.concurrent.ExecutionException, TimeoutException {
        try {
            return asked.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            asked.cancel(true);
        }
    }

    private record Answer(int code, byte[] body) {}

    private static Answer exchange(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            var bytes = body.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("http: response body too large (expected: at most " + MAX_BYTES + " bytes)");
            }
            return new Answer(response.statusCode(), bytes);
        }
    }

    private static JsonNode decoded(Answer answer) throws CallException {
        var text = new String(answer.body(), 0, Math.min(answer.body().length, MAX_TOLD), StandardCharsets.UTF_8).strip();
        if (answer.code() < OK || answer.code() >= MULTIPLE_CHOICES) {
            throw new CallException("failed to call webhook: " + switch (answer.code()) {
                case 400 -> "the server rejected our request for an unknown reason";
                case 401 -> "the server has asked for the client to provide credentials";
                case 403 -> text.isEmpty() ? "unknown" : text;
                case 404 -> "the server could not find the requested resource";
                case 405 -> "the server does not allow this method on the requested resource";
                case 503 -> "the server is currently unable to handle the request";
                default -> answer.code() >= 500 ? "an error on the server (\"" + (text.isEmpty() ? "unknown" : text) + "\") has prevented the request from succeeding"
                        : "the server responded with the status code " + answer.code() + " but did not return more information";
            });
        }
        try {
            return Followed.JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new CallException("failed to call webhook: couldn't get version/kind; json parse error: " + (text.isEmpty() ? "unexpected end of JSON input" : "invalid character"));
        }
    }

    private static String reason(Throwable failure, URI uri) {
        var place = uri.getHost() + ":" + (uri.getPort() < 0 ? 443 : uri.getPort());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case HttpTimeoutException e -> {
                    return "context deadline exceeded";
                }
                case java.nio.channels.UnresolvedAddressException e -> {
                    return "dial tcp: lookup " + uri.getHost() + ": no such host";
                }
                case java.security.cert.CertificateException e -> {
                    return "tls: failed to verify certificate: x509: "
                            + (String.valueOf(e.getMessage()).startsWith("certificate is ") ? e.getMessage() : "certificate signed by unknown authority");
                }
                default -> {
                    // A cause below may say more.
                }
            }
        }
        return switch (failure) {
            case ConnectException e -> "dial tcp " + place + ": connect: connection refused";
            case SSLException e -> "tls: " + e.getMessage();
            default -> failure.getMessage() == null ? "EOF" : failure.getMessage();
        };
    }

    private static URI withQuery(URI uri, String query) {
        return URI.create(uri + (uri.getRawQuery() == null ? "?" : "&") + query);
    }

    private synchronized HttpClient client(String bundle, String serverName) throws GeneralSecurityException, IOException {
        var key = serverName + "|" + bundle;
        var there = clients.get(key);
        if (there != null) {
            return there;
        }
        if (clients.size() >= MAX_CLIENTS) {
            // The one that came first; connections that are in use live until they are done.
            var oldest = clients.keySet().iterator().next();
            var gone = clients.remove(oldest);
            if (gone != null) {
                gone.shutdown();
            }
        }
        var made = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).followRedirects(HttpClient.Redirect.NEVER)
                .sslContext(WebhookTrust.context(bundle, serverName)).sslParameters(WebhookTrust.parameters(serverName)).build();
        clients.put(key, made);
        return made;
    }

    @Override
    public synchronized void close() {
        clients.values().forEach(HttpClient::shutdownNow);
        clients.clear();
        threads.shutdownNow();
    }
}
