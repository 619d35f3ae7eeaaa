package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Objects of any kind by their metadata alone: a tenth of the bytes, and all that owners and dependents are about. */
final class MetadataApi {

    private static final String ONE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    private static final String MANY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PAGE = 500;

    private final KubernetesClient client;
    private final String root;

    MetadataApi(KubernetesClient client) {
        this.client = client;
        var url = client.getMasterUrl().toString();
        this.root = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** A list at one revision. */
    record Page(List<JsonNode> items, String revision) {}

    Page list(Kind kind) throws InterruptedException {
        var items = new ArrayList<JsonNode>();
        var next = "";
        do {
            var body = text(request(kind.path("") + "?limit=" + PAGE + (next.isEmpty() ? "" : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8)), MANY));
            body.path("items").forEach(i -> items.add(i.path("metadata")));
            next = body.path("metadata").path("continue").asText("");
            if (next.isEmpty()) {
                return new Page(items, body.path("metadata").path("resourceVersion").asText());
            }
        } while (true);
    }

    boolean any(Kind kind) throws InterruptedException {
        return !text(request(kind.path("") + "?limit=1", MANY)).path("items").isEmpty();
    }

    /**
     * Reads one object's metadata; empty if there is no such object.
     *
     * @throws KubernetesClientException also if there is no such kind
     */
    Optional<JsonNode> find(Kind kind, String namespace, String name) throws InterruptedException {
        try {
            return Optional.of(text(request(kind.path(namespace, name), ONE)).path("metadata"));
        } catch (KubernetesClientException e) {
            var details = e.getStatus() == null ? null : e.getStatus().getDetails();
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND && details != null && name.equals(details.getName())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** @param merge a JSON merge patch */
    void patch(String path, Object merge) throws InterruptedException {
        text(client.getHttpClient().newHttpRequestBuilder().uri(URI.create(root + path + "?fieldManager=" + Writer.MANAGER))
                .patch("application/merge-patch+json", client.getKubernetesSerialization().asJson(merge)).header("Accept", ONE));
    }

    /** Changes as they come, a JSON object a line, until the server ends them; the caller closes the stream. */
    InputStream watch(Kind kind, String revision) throws InterruptedException, IOException {
        var path = kind.path("") + "?watch=true&allowWatchBookmarks=true&resourceVersion=" + revision;
        var response = send(request(path, ONE).timeout(0, TimeUnit.SECONDS).forStreaming().build(), InputStream.class);
        if (!response.isSuccessful()) {
            response.body().close();
            throw new KubernetesClientException(kind.resource() + ": watch answered " + response.code(), response.code(), null);
        }
        return response.body();
    }

    JsonNode parse(String text) {
        return client.getKubernetesSerialization().unmarshal(text, JsonNode.class);
    }

    private HttpRequest.Builder request(String path, String accept) {
        return client.getHttpClient().newHttpRequestBuilder().uri(URI.create(root + path)).header("Accept", accept);
    }

    private JsonNode text(HttpRequest.Builder request) throws InterruptedException {
        var built = request.timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).build();
        var response = send(built, String.class);
        var body = parse(response.body());
        if (!response.isSuccessful()) {
            // A path that is no more is told in plain text.
            var status = body.isObject() ? client.getKubernetesSerialization().convertValue(body, io.fabric8.kubernetes.api.model.Status.class)
                    : new io.fabric8.kubernetes.api.model.StatusBuilder().withMessage(body.asText()).withCode(response.code()).build();
            throw new KubernetesClientException(built.method() + " " + built.uri().getPath() + ": " + status.getMessage(), response.code(), status);
        }
        return body;
    }

    private <T> HttpResponse<T> send(HttpRequest request, Class<T> type) throws InterruptedException {
        var answer = client.getHttpClient().sendAsync(request, type);
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KubernetesClientException(request.method() + " " + request.uri().getPath() + ": no answer: " + e.getMessage(), e);
        } finally {
            answer.cancel(true);
        }
    }
}
