package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The API by path, in and out as text: nothing of a kind is loaded before an object of it is looked at. */
final class RawApi {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What of an object is wanted. */
    enum Form {
        WHOLE("application/json", "application/json"),
        /** A tenth of the bytes, and all that owners and dependents are about. */
        METADATA("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");

        private final String one;
        private final String many;

        Form(String one, String many) {
            this.one = one;
            this.many = many;
        }
    }

    private final KubernetesClient client;
    private final String root;

    RawApi(KubernetesClient client) {
        this.client = client;
        var url = client.getMasterUrl().toString();
        this.root = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    KubernetesClient client() {
        return client;
    }

    /** @param target path and query of one object */
    byte[] get(String target, Form form) throws InterruptedException {
        return answer(request(target, form.one));
    }

    /** @param target path and query of many */
    byte[] list(String target, Form form) throws InterruptedException {
        return answer(request(target, form.many));
    }

    /** @param merge a JSON merge patch */
    byte[] patch(String path, Object merge) throws InterruptedException {
        return answer(request(path + "?fieldManager=" + Writer.MANAGER, Form.METADATA.one)
                .patch("application/merge-patch+json", client.getKubernetesSerialization().asJson(merge)));
    }

    /** Changes as they come, a JSON object a line, until the server ends them; the caller closes the stream. */
    InputStream watch(String target, Form form) throws InterruptedException, IOException {
        var response = send(request(target, form.one).timeout(0, TimeUnit.SECONDS).forStreaming().build(), InputStream.class);
        if (!response.isSuccessful()) {
            response.body().close();
            throw new KubernetesClientException("GET " + target + ": answered " + response.code(), response.code(), null);
        }
        return response.body();
    }

    private HttpRequest.Builder request(String target, String accept) {
        return client.getHttpClient().newHttpRequestBuilder().uri(URI.create(root + target)).header("Accept", accept);
    }

    private byte[] answer(HttpRequest.Builder request) throws InterruptedException {
        // The wait for the answer has its limit: the client need not set an alarm besides.
        var built = request.timeout(0, TimeUnit.SECONDS).build();
        var response = send(built, byte[].class);
        if (!response.isSuccessful()) {
            var status = status(response.body(), response.code());
            throw new KubernetesClientException(built.method() + " " + built.uri().getPath() + ": " + status.getMessage(), response.code(), status);
        }
        return response.body();
    }

    private Status status(byte[] bytes, int code) {
        if (bytes.length > 0 && bytes[0] == '{') {
            return client.getKubernetesSerialization().convertValue(tree(bytes), Status.class);
        }
        // A path that is no more is told in plain text.
        return new StatusBuilder().withMessage(new String(bytes, StandardCharsets.UTF_8)).withCode(code).build();
    }

    static JsonNode tree(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw new KubernetesClientException("an answer that is not JSON: " + e.getMessage(), e);
        }
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
