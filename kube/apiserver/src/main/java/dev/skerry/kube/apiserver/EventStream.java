package dev.skerry.kube.apiserver;

import io.helidon.common.GenericType;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProviderContext;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** An answer of bytes that come over time, whose head is on its way before the first of them. */
final class EventStream implements Sink<byte[]> {

    static final GenericType<EventStream> TYPE = GenericType.create(EventStream.class);

    private final OutputStream out;

    EventStream(SinkProviderContext context) {
        out = context.serverResponse().outputStream();
        context.flushHeaders();
    }

    OutputStream out() {
        return out;
    }

    @Override
    public EventStream emit(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
