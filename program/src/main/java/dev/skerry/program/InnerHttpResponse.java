package dev.skerry.program;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of an answer, and the body that is to come.
 *
 * @param headers in small letters
 */
record InnerHttpResponse(HttpRequest request, int code, Map<String, List<String>> headers, AsyncBody body) implements HttpResponse<AsyncBody> {

    @Override
    public List<String> headers(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    @Override
    public Optional<HttpResponse<?>> previousResponse() {
        return Optional.empty();
    }
}
