package dev.skerry.program;

import dev.skerry.kube.apiserver.InnerApi;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Carries the requests of one fabric8 client to the API in this process, each on a virtual thread. */
final class InnerHttp implements HttpClient.Factory {

    private static final int REQUEST_TIMEOUT_MILLIS = 15_000;
    private static final String AGENT = "agent";

    private final InnerApi api;
    private final Set<InnerExchange> open = ConcurrentHashMap.newKeySet();

    private InnerHttp(InnerApi api) {
        this.api = api;
    }

    /**
     * A client that is as any other to those who use it.
     *
     * @param url where the API is for others
     * @param agent how the client calls itself; empty for its usual name
     */
    static KubernetesClient client(InnerApi api, String url, String agent, KubernetesSerialization serialization) {
        var config = new ConfigBuilder().withAutoConfigure(false).withMasterUrl(url).withOnlyHttpWatches(true).withRequestTimeout(REQUEST_TIMEOUT_MILLIS).build();
        if (!agent.isEmpty()) {
            config.setUserAgent(agent);
        }
        return new KubernetesClientBuilder().withConfig(config).withHttpClientFactory(new InnerHttp(api)).withKubernetesSerialization(serialization).build();
    }

    @Override
    public InnerHttpClientBuilder newBuilder() {
        return new InnerHttpClientBuilder(this);
    }

    /** Nothing of a connection has to be set up: who asks is known. */
    @Override
    public InnerHttpClientBuilder newBuilder(Config config) {
        return newBuilder().addOrReplaceInterceptor(AGENT, new Interceptor() {
            @Override
            public void before(BasicBuilder request, HttpRequest original, RequestTags tags) {
                request.setHeader("User-Agent", config.getUserAgent());
            }
        });
    }

    CompletableFuture<HttpResponse<AsyncBody>> start(InnerExchange exchange) {
        open.add(exchange);
        Thread.ofVirtual().name("inner request").start(() -> {
            try {
                exchange.run(api);
            } finally {
                open.remove(exchange);
            }
        });
        return exchange.answer();
    }

    void leave() {
        open.forEach(InnerExchange::close);
    }
}
