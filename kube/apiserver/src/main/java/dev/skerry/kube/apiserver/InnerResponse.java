package dev.skerry.kube.apiserver;

import io.helidon.common.GenericType;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.Header;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.ServerResponseTrailers;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProviderContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An answer that goes to a reader in this process: whole when it is done, or bit by bit if it is a stream. */
final class InnerResponse implements ServerResponse {

    private static final byte[] NOTHING = new byte[0];

    private final InnerApi.Reply reply;
    private final ServerResponseHeaders headers = ServerResponseHeaders.create();
    private final List<Runnable> afterwards = new ArrayList<>();
    private Status status = Status.OK_200;
    private byte @Nullable [] whole;
    private boolean streaming;
    private long written;

    InnerResponse(InnerApi.Reply reply) {
        this.reply = reply;
    }

    /** Hands over what was sent as a whole. Only now: who reads it may find that the request has left no trace. */
    void deliver() throws IOException {
        if (!streaming) {
            begin();
            var bytes = whole == null ? NOTHING : whole;
            if (bytes.length > 0) {
                reply.write(bytes);
            }
        }
        afterwards.forEach(Runnable::run);
    }

    private void begin() {
        var told = new HashMap<String, List<String>>();
        for (var header : headers) {
            told.put(header.headerName().lowerCase(), List.copyOf(header.allValues()));
        }
        reply.begin(status.code(), told);
    }

    @Override
    public ServerResponse status(Status other) {
        status = other;
        return this;
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public ServerResponse header(Header header) {
        headers.set(header);
        return this;
    }

    @Override
    public ServerResponseHeaders headers() {
        return headers;
    }

    @Override
    public void send() {
        send(NOTHING);
    }

    @Override
    public void send(byte[] bytes) {
        if (isSent()) {
            throw new IllegalStateException("the answer has been sent");
        }
        whole = bytes;
        written = bytes.length;
    }

    @Override
    public void send(Object entity) {
        throw InnerRequest.unsupported("send " + entity.getClass().getName());
    }

    @Override
    public boolean isSent() {
        return streaming || whole != null;
    }

    @Override
    public OutputStream outputStream() {
        if (isSent()) {
            throw new IllegalStateException("the answer has been sent");
        }
        streaming = true;
        begin();
        return new Stream();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T extends Sink<?>> T sink(GenericType<T> type) {
        if (!type.equals(EventStream.TYPE)) {
            throw InnerRequest.unsupported("sink " + type);
        }
        return (T) new EventStream(new HeadSent());
    }

    @Override
    public long bytesWritten() {
        return written;
    }

    @Override
    public ServerResponse whenSent(Runnable what) {
        afterwards.add(what);
        return this;
    }

    @Override
    public ServerResponse reroute(String path) {
        throw InnerRequest.unsupported("reroute");
    }

    @Override
    public ServerResponse reroute(String path, UriQuery query) {
        throw InnerRequest.unsupported("reroute");
    }

    @Override
    public ServerResponse next() {
        throw InnerRequest.unsupported("next");
    }

    @Override
    public ServerResponseTrailers trailers() {
        throw InnerRequest.unsupported("trailers");
    }

    @Override
    public void streamResult(String result) {
        throw InnerRequest.unsupported("streamResult");
    }

    @Override
    public void streamFilter(UnaryOperator<OutputStream> filter) {
        throw InnerRequest.unsupported("streamFilter");
    }

    /** What an event stream wants of its connection: the head goes out as the stream is opened. */
    private final class HeadSent implements SinkProviderContext {

        @Override
        public ServerResponse serverResponse() {
            return InnerResponse.this;
        }

        @Override
        public ConnectionContext connectionContext() {
            throw InnerRequest.unsupported("connectionContext");
        }

        @Override
        public Runnable closeRunnable() {
            return () -> {};
        }

        @Override
        public void flushHeaders() {}
    }

    /** Gathers until it is flushed, or much. */
    private final class Stream extends OutputStream {

        private static final int MUCH = 32 * 1024;

        private final ByteArrayOutputStream gathered = new ByteArrayOutputStream(512);

        @Override
        public void write(int one) throws IOException {
            gathered.write(one);
            spill();
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            gathered.write(bytes, from, length);
            spill();
        }

        private void spill() throws IOException {
            if (gathered.size() >= MUCH) {
                flush();
            }
        }

        @Override
        public void flush() throws IOException {
            if (gathered.size() > 0) {
                var bytes = gathered.toByteArray();
                gathered.reset();
                written += bytes.length;
                reply.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
