package dev.skerry.program;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpClient;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.http.StandardWebSocketBuilder;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import io.fabric8.kubernetes.client.http.WebSocketResponse;
import io.fabric8.kubernetes.client.http.WebSocketUpgradeResponse;
import java.net.HttpURLConnection;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** What fabric8's client sends by, without HTTP. No websockets: watches go as they do over plain HTTP. */
final class InnerHttpClient extends StandardHttpClient<InnerHttpClient, InnerHttp, InnerHttpClientBuilder> {

    private final InnerHttp api;

    InnerHttpClient(InnerHttpClientBuilder builder, InnerHttp api, AtomicBoolean closed) {
        super(builder, closed);
        this.api = api;
    }

    @Override
    public CompletableFuture<HttpResponse<AsyncBody>> consumeBytesDirect(StandardHttpRequest request, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (isClosed()) {
            return CompletableFuture.failedFuture(new IllegalStateException(request.uri().getPath() + ": the client has been closed"));
        }
        return api.start(new InnerExchange(request, consumer));
    }

    @Override
    public CompletableFuture<WebSocketResponse> buildWebSocketDirect(StandardWebSocketBuilder socket, WebSocket.Listener listener) {
        // As a server answers that knows nothing of websockets: clients then do without.
        var refused = new WebSocketUpgradeResponse(socket.asHttpRequest(), HttpURLConnection.HTTP_OK);
        return CompletableFuture.completedFuture(new WebSocketResponse(refused, new WebSocketHandshakeException(refused)));
    }

    @Override
    protected void doClose() {
        api.leave();
    }
}
