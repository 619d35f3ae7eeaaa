package dev.skerry.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.data.EventLog;
import dev.skerry.data.History;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.SetCookie;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Serves people and scripts: login, what the console shows, history and alerts, all as JSON over TLS. No route but the
 * login and the page itself answers without a session or basic credentials; whoever guesses is locked out.
 */
public final class ConsoleServer implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();
    private static final String COOKIE = "skerry-session";
    private static final int MAX_BODY = 64 * 1024;
    private static final int MAX_CONNECTIONS = 1_000;

    private final WebServer server;
    private final Sessions sessions;

    /**
     * @param name what this place is called
     * @param port 0 takes a free one
     * @param password of the user {@code admin}
     */
    public record ConsoleConfig(String name, String address, int port, SSLContext tls, String password) {}

    private ConsoleServer(WebServer server, Sessions sessions) {
        this.server = server;
        this.sessions = sessions;
    }

    /** Starts serving; {@code history} answers for this place and all below it. */
    public static ConsoleServer start(
            ConsoleConfig config, KubernetesClient client, History history, EventLog events, InstantSource clock)
            throws UnknownHostException {
        var sessions = new Sessions(config.password(), clock);
        var queries = new HistoryQueries(history, clock);
        var overview = new Overview(config.name(), client);
        var live = new LiveStream(history, overview, events);
        var pages = new StaticPages();
        var routing = HttpRouting.builder()
                .any((request, response) -> {
                    response.header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'");
                    response.header("X-Content-Type-Options", "nosniff");
                    response.header("Cache-Control", "no-store");
                    response.next();
                })
                .post("/api/login", (request, response) -> login(sessions, request, response))
                .any("/api/*", (request, response) -> {
                    if (authenticated(sessions, request)) {
                        response.next();
                    } else {
                        fault(response, Status.UNAUTHORIZED_401, "not logged in (expected: a session or basic credentials of admin)");
                    }
                })
                .post("/api/logout", (request, response) -> {
                    session(request).ifPresent(sessions::logout);
                    send(response, Map.of("loggedIn", false));
                })
                .get("/api/overview", (request, response) -> send(response, overview.now()))
                .get("/api/devices", (request, response) -> send(response, overview.devices()))
                .get("/api/series", (request, response) -> answer(response, () -> queries.series(request.query())))
                .get("/api/range", (request, response) -> answer(response, () -> queries.range(request.query())))
                .get("/api/downsample", (request, response) -> answer(response, () -> queries.downsample(request.query())))
                .get("/api/alerts", (request, response) -> send(response, events.newest(500)))
                .get("/api/live", (request, response) -> live.serve(request.query(), response))
                .any("/api/*", (request, response) -> fault(response, Status.NOT_FOUND_404, request.path().path() + " (expected: a path that docs/console-api.md lists)"))
                .get("/*", pages::serve);
        var server = WebServer.builder()
                .address(InetAddress.getByName(config.address()))
                .port(config.port())
                .tls(Tls.builder().sslContext(config.tls()).build())
                .maxPayloadSize(MAX_BODY)
                .maxTcpConnections(MAX_CONNECTIONS)
                .shutdownHook(false)
                .routing(routing)
                .build()
                .start();
        if (!server.isRunning()) {
            // Helidon logs why, and answers as if all were well.
            throw new UncheckedIOException(new BindException(config.address() + ":" + config.port() + " (expected: a free port of this machine)"));
        }
        return new ConsoleServer(server, sessions);
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }

    Sessions sessions() {
        return sessions;
    }

    private static void login(Sessions sessions, ServerRequest request, ServerResponse response) {
        JsonNode body;
        try {
            body = JSON.readTree(request.content().as(String.class));
        } catch (JsonProcessingException e) {
            fault(response, Status.BAD_REQUEST_400, "body: " + e.getOriginalMessage() + " (expected: {\"user\": ..., \"password\": ...})");
            return;
        }
        var login = sessions.login(peer(request), body.path("user").asText(), body.path("password").asText());
        if (login.locked().isPresent()) {
            response.header(HeaderNames.RETRY_AFTER, Long.toString(login.locked().get().toSeconds() + 1));
            fault(response, Status.TOO_MANY_REQUESTS_429, "too many wrong passwords from " + peer(request) + " (expected: a pause of " + (login.locked().get().toSeconds() + 1) + "s)");
        } else if (login.session().isEmpty()) {
            fault(response, Status.UNAUTHORIZED_401, "user or password: wrong (expected: admin and the password that the program printed)");
        } else {
            response.headers().addCookie(SetCookie.builder(COOKIE, login.session().get())
                    .httpOnly(true).secure(true).sameSite(SetCookie.SameSite.STRICT).path("/").maxAge(Sessions.LIFETIME).build());
            send(response, Map.of("loggedIn", true));
        }
    }

    private static boolean authenticated(Sessions sessions, ServerRequest request) {
        if (session(request).filter(sessions::valid).isPresent()) {
            return true;
        }
        var header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        if (!header.startsWith("Basic ")) {
            return false;
        }
        String text;
        try {
            text = new String(Base64.getDecoder().decode(header.substring(6)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return false;
        }
        var colon = text.indexOf(':');
        return colon > 0
                && sessions.login(peer(request), text.substring(0, colon), text.substring(colon + 1)).session()
                        .map(id -> {
                            // Basic credentials come with each request: nothing to remember.
                            sessions.logout(id);
                            return true;
                        })
                        .orElse(false);
    }

    private static Optional<String> session(ServerRequest request) {
        return request.headers().cookies().first(COOKIE).asOptional();
    }

    private static String peer(ServerRequest request) {
        return request.remotePeer().host();
    }

    private interface Question {
        Object ask() throws BadQueryException;
    }

    private static void answer(ServerResponse response, Question question) {
        try {
            send(response, question.ask());
        } catch (BadQueryException e) {
            fault(response, Status.BAD_REQUEST_400, e.getMessage() == null ? "bad query" : e.getMessage());
        }
    }

    static void send(ServerResponse response, Object body) {
        response.header(HeaderValues.CONTENT_TYPE_JSON);
        response.send(Json.write(body));
    }

    static void fault(ServerResponse response, Status status, String message) {
        response.status(status);
        send(response, Map.of("error", message));
    }
}
