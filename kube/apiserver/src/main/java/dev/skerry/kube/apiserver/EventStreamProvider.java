package dev.skerry.kube.apiserver;

import io.helidon.common.GenericType;
import io.helidon.common.media.type.MediaType;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProvider;
import io.helidon.webserver.http.spi.SinkProviderContext;
import java.util.function.BiConsumer;

/** Found by the web server, which lets only such a provider send the head of an answer alone. */
public final class EventStreamProvider implements SinkProvider<byte[]> {

    /** For the web server. */
    public EventStreamProvider() {}

    @Override
    public boolean supports(GenericType<? extends Sink<?>> type, ServerRequest request) {
        return type.equals(EventStream.TYPE);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <X extends Sink<byte[]>> X create(SinkProviderContext context) {
        return (X) new EventStream(context);
    }

    @Override
    public <X extends Sink<byte[]>> X create(ServerResponse response, BiConsumer<Object, MediaType> emit, Runnable close) {
        throw new UnsupportedOperationException("an event stream needs the context of its connection");
    }
}
