package dev.skerry.kube.apiserver;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets an ordinary request take its connection over: who asks, and whether he may, is decided on the ordinary way, and only then the connection is no longer
 * HTTP. The web server tells of the connection before it begins the request, on the same thread.
 */
final class Upgrades {

    private static final ThreadLocal<ConnectionContext> CURRENT = new ThreadLocal<>();

    private Upgrades() {}

    /** To be asked about a protocol; it lets each request go on. */
    static Http1Upgrader upgrader(String protocol) {
        return new Http1Upgrader() {
            @Override
            public String supportedProtocol() {
                return protocol;
            }

            @Override
            public @Nullable ServerConnection upgrade(ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
                CURRENT.set(context);
                return null;
            }
        };
    }

    /** The connection of the request that this thread works on, if it asked for an upgrade. */
    static Optional<Wire> take() {
        var context = CURRENT.get();
        CURRENT.remove();
        return Optional.ofNullable(context).map(Wire::new);
    }

    /** The bytes of a client's connection, behind TLS. One thread may read while others write. */
    static final class Wire {
        private final ConnectionContext context;
        private final InputStream in = new Reading();
        private final OutputStream out = new Writing();

        private Wire(ConnectionContext context) {
            this.context = context;
        }

        InputStream in() {
            return in;
        }

        OutputStream out() {
            return out;
        }

        private final class Reading extends InputStream {
            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                try {
                    var reader = context.dataReader();
                    reader.ensureAvailable();
                    return reader.readBuffer(Math.min(length, reader.available())).read(bytes, from, length);
                } catch (io.helidon.common.buffers.DataReader.InsufficientDataAvailableException e) {
                    return -1;
                } catch (RuntimeException e) {
                    throw new IOException("the client has gone", e);
                }
            }
        }

        private final class Writing extends OutputStream {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                try {
                    // Not kept by the writer after the return: the caller's array may be used again.
                    context.dataWriter().writeNow(BufferData.create(java.util.Arrays.copyOfRange(bytes, from, from + length)));
                } catch (RuntimeException e) {
                    throw new IOException("the client has gone", e);
                }
            }
        }
    }
}
