package dev.skerry.program;

import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import java.util.concurrent.atomic.AtomicBoolean;

/** Makes {@link InnerHttpClient}s; those that come of one are closed with it. */
final class InnerHttpClientBuilder extends StandardHttpClientBuilder<InnerHttpClient, InnerHttp, InnerHttpClientBuilder> {

    InnerHttpClientBuilder(InnerHttp api) {
        super(api);
    }

    @Override
    public InnerHttpClient build() {
        return new InnerHttpClient(this, clientFactory, client == null ? new AtomicBoolean() : client.getClosed());
    }

    @Override
    protected InnerHttpClientBuilder newInstance(InnerHttp api) {
        return new InnerHttpClientBuilder(api);
    }
}
