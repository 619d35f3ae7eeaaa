package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.common.GenericType;
import io.helidon.common.context.Context;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.uri.UriInfo;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.PathMatchers;
import io.helidon.http.RoutedPath;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.WritableHeaders;
import io.helidon.http.media.ReadableEntity;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A request that came over no connection, and whose user is known. What only a connection has is not there. */
final class InnerRequest implements ServerRequest {

    private static final Peer HERE = new Peer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    private final User user;
    private final HttpPrologue prologue;
    private final RoutedPath path;
    private final ServerRequestHeaders headers;
    private final Context context = Context.create();
    private final Entity entity;

    InnerRequest(User user, InnerApi.Request request) {
        this.user = user;
        this.prologue = HttpPrologue.create("HTTP/1.1", "HTTP", "1.1", Method.create(request.method()), request.target(), false);
        this.path = PathMatchers.any().match(prologue.uriPath()).path();
        this.headers = headers(request.headers());
        this.entity = new Entity(request.body());
    }

    private static ServerRequestHeaders headers(Map<String, List<String>> given) {
        var headers = WritableHeaders.create();
        given.forEach((name, values) -> headers.set(HeaderValues.create(HeaderNames.create(name), values)));
        // To compress what stays here would be work for nothing.
        headers.remove(HeaderNames.ACCEPT_ENCODING);
        return ServerRequestHeaders.create(headers);
    }

    User user() {
        return user;
    }

    @Override
    public HttpPrologue prologue() {
        return prologue;
    }

    @Override
    public ServerRequestHeaders headers() {
        return headers;
    }

    @Override
    public RoutedPath path() {
        return path;
    }

    @Override
    public UriQuery query() {
        return prologue.query();
    }

    @Override
    public Context context() {
        return context;
    }

    @Override
    public ReadableEntity content() {
        return entity;
    }

    @Override
    public PeerInfo remotePeer() {
        return HERE;
    }

    @Override
    public PeerInfo localPeer() {
        return HERE;
    }

    @Override
    public String authority() {
        return headers.first(HeaderNames.HOST).orElse("kubernetes.default.svc");
    }

    @Override
    public boolean isSecure() {
        return true;
    }

    @Override
    public String socketId() {
        return "";
    }

    @Override
    public String serverSocketId() {
        return "";
    }

    @Override
    public int id() {
        return 0;
    }

    @Override
    public boolean continueSent() {
        return true;
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return Optional.empty();
    }

    @Override
    public void reset() {
        throw unsupported("reset");
    }

    @Override
    public ListenerContext listenerContext() {
        throw unsupported("listenerContext");
    }

    @Override
    public HttpSecurity security() {
        throw unsupported("security");
    }

    @Override
    public void streamFilter(UnaryOperator<InputStream> filter) {
        throw unsupported("streamFilter");
    }

    @Override
    public void header(Header header) {
        throw unsupported("header");
    }

    @Override
    public UriInfo requestedUri() {
        throw unsupported("requestedUri");
    }

    static UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException(what + ": there is no connection");
    }

    /** This machine. */
    private record Peer(SocketAddress address) implements PeerInfo {

        @Override
        public String host() {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }

        @Override
        public int port() {
            return 0;
        }

        @Override
        public Optional<Principal> tlsPrincipal() {
            return Optional.empty();
        }

        @Override
        public Optional<Certificate[]> tlsCertificates() {
            return Optional.empty();
        }
    }

    /** A body that is here already. */
    private static final class Entity implements ReadableEntity {

        private final byte[] bytes;
        private boolean consumed;

        Entity(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean hasEntity() {
            return bytes.length > 0;
        }

        @Override
        public InputStream inputStream() {
            consumed = true;
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public boolean consumed() {
            return consumed;
        }

        @Override
        public <T> @Nullable T as(GenericType<T> type) {
            throw unsupported("as");
        }

        @Override
        public <T> Optional<T> asOptional(GenericType<T> type) {
            throw unsupported("asOptional");
        }

        @Override
        public ReadableEntity copy(Runnable processed) {
            throw unsupported("copy");
        }
    }
}
