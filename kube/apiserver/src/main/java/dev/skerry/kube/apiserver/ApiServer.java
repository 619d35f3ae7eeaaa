package dev.skerry.kube.apiserver;

import static java.lang.System.Logger.Level.ERROR;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.SchemaCatalog;
import dev.skerry.kube.store.StoreException;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * The Kubernetes REST API over an object store. Blocking code, a virtual thread a request. Every request but the health
 * checks and {@code /version} needs a client certificate or a token.
 */
public final class ApiServer implements AutoCloseable {

    /** The version of Kubernetes whose behaviour this server keeps to. */
    static final String VERSION = "v1.36.3+skerry";

    private static final System.Logger LOG = System.getLogger(ApiServer.class.getName());
    private static final int MAX_CONNECTIONS = 4_000;
    private static final int MAX_HEADERS = 64 * 1024;
    private static final int MAX_IN_FLIGHT = 400;

    private final WebServer server;
    private final Watches watches;

    private ApiServer(WebServer server, Watches watches) {
        this.server = server;
        this.watches = watches;
    }

    /** Starts serving. */
    public static ApiServer start(ServerConfig config) throws UnknownHostException {
        var types = new ResourceTypes(SchemaCatalog.builtIn());
        var definitions = new Definitions(config.store(), types, config.clock(), new ConversionWebhooks(config.store()));
        definitions.load();
        var rbac = new Rbac(config.store());
        var roles = new StandardRoles(config.store(), config.clock());
        roles.create();
        var accounts = new AccountTokens(config.store(), config.clock());
        var authenticator = new Authenticator(config.tokens(), accounts, rbac);
        var lists = new Lists(config.store());
        var tables = new Tables(new TableCells(config.clock()));
        var watches = new Watches(config.store(), lists, tables, types);
        var resources = new Resources(
                config.store(), new Decoding(types), new Preparation(config.clock()), new Admission(config.store()), new Escalation(rbac), config.clock());
        var deletion = new Deletion(config.store(), config.clock());
        var objects = new ObjectRequests(config, resources, deletion, lists, watches, tables, definitions,
                new Reviews(authenticator, rbac, config.clock()), new TokenRequests(config.store(), accounts, config.clock()), roles);
        var door = new Door(types, authenticator, rbac, objects);
        var server = WebServer.builder()
                .address(InetAddress.getByName(config.address()))
                .port(config.port())
                .tls(Tls.builder().sslContext(config.tls()).clientAuth(TlsClientAuth.OPTIONAL).build())
                .maxTcpConnections(MAX_CONNECTIONS)
                .shutdownHook(false)
                .addProtocol(io.helidon.webserver.http1.Http1Config.builder().maxHeadersSize(MAX_HEADERS).build())
                .routing(HttpRouting.builder().any("/*", door::handle))
                .build()
                .start();
        if (!server.isRunning()) {
            // Helidon logs why, and answers as if all were well.
            watches.close();
            throw new UncheckedIOException(new BindException(config.address() + ":" + config.port() + " (expected: a free port of this machine)"));
        }
        return new ApiServer(server, watches);
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        watches.close();
        server.stop();
    }

    /** Looks at each request first: who asks, which kind of path, how many are inside. */
    private static final class Door {

        private final ResourceTypes types;
        private final Authenticator authenticator;
        private final Rbac rbac;
        private final ObjectRequests objects;
        private final Discovery discovery;
        private final OpenApi openApi;
        private final Semaphore inside = new Semaphore(MAX_IN_FLIGHT);

        Door(ResourceTypes types, Authenticator authenticator, Rbac rbac, ObjectRequests objects) {
            this.types = types;
            this.authenticator = authenticator;
            this.rbac = rbac;
            this.objects = objects;
            this.discovery = new Discovery(types);
            this.openApi = new OpenApi(types);
        }

        void handle(ServerRequest request, ServerResponse response) {
            try {
                answer(request, response);
            } catch (Failure failure) {
                fail(request, response, failure);
            } catch (ServerConnectionException e) {
                // The client has gone: the server closes what is left of the connection.
                throw e;
            } catch (Versions.ConversionFailure e) {
                fail(request, response, Failure.internalPlain(String.valueOf(e.getMessage())));
            } catch (StoreException.Full e) {
                fail(request, response, Failure.full(String.valueOf(e.getMessage())));
            } catch (StoreException e) {
                fail(request, response, Failure.internal(String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                LOG.log(ERROR, request.prologue().method() + " " + request.path().path() + " failed", e);
                fail(request, response, Failure.internal(e.getClass().getSimpleName()));
            }
        }

        private static void fail(ServerRequest request, ServerResponse response, Failure failure) {
            if (response.isSent()) {
                return;
            }
            if (failure.retryAfter() > 0) {
                response.header(HeaderNames.RETRY_AFTER, Integer.toString(failure.retryAfter()));
            }
            response.status(Status.create(failure.code()));
            if (failure.plain()) {
                if (failure.text().isEmpty()) {
                    response.send();
                } else {
                    Answers.text(response, failure.text());
                }
                return;
            }
            Answers.send(request, response, failure.status());
        }

        private void answer(ServerRequest request, ServerResponse response) throws Failure {
            var path = request.path().path();
            switch (path.startsWith("/livez/") || path.startsWith("/readyz/") || path.startsWith("/healthz/") ? path.substring(0, path.indexOf('/', 1)) : path) {
                case "/healthz", "/livez", "/readyz" -> {
                    Answers.text(response, "ok");
                    return;
                }
                case "/version" -> {
                    Answers.send(request, response, version());
                    return;
                }
                default -> {
                    // Everything else wants to know who asks.
                }
            }
            var user = authenticator.user(request).orElseThrow(Failure::unauthorized);
            var steps = Arrays.stream(path.split("/")).filter(s -> !s.isEmpty()).toList();
            rbac.check(user, Access.of(request, steps));
            if (request.path().rawPath().contains("//")) {
                throw Failure.noResource();
            }
            var meta = meta(request, response, steps);
            if (meta.isPresent()) {
                Answers.send(request, response, meta.get());
                return;
            }
            var target = Target.parse(steps, types).orElseThrow(() -> absent(steps));
            Form.of(request.headers().first(HeaderNames.ACCEPT).orElse(""), !target.type().custom());
            var call = new Call(request, response, user, target);
            if (call.flag("watch") && target.name().isEmpty()) {
                objects.watch(call);
                return;
            }
            if (!inside.tryAcquire()) {
                throw Failure.busy("too many requests: " + MAX_IN_FLIGHT + " are in flight, please try again later");
            }
            try {
                objects.serve(call);
            } finally {
                inside.release();
            }
        }

        /** A path that leads nowhere: in a group of definitions only an object can lack a subresource, all else is no path at all. */
        private Failure absent(List<String> steps) {
            if (steps.getFirst().equals("api") || types.hasBuiltIn(steps.get(1))) {
                return Failure.noResource();
            }
            return Target.parse(steps.subList(0, steps.size() - 1), types).filter(t -> !t.name().isEmpty() && t.subresource().isEmpty())
                    .map(t -> Failure.notFound(t.type(), t.name())).orElseGet(Failure::noPath);
        }

        private Optional<? extends JsonNode> meta(ServerRequest request, ServerResponse response, List<String> steps) throws Failure {
            var aggregated = Discovery.wantsAggregated(request.headers().first(HeaderNames.ACCEPT).orElse(""));
            var first = steps.isEmpty() ? "" : steps.getFirst();
            if (aggregated && steps.size() == 1 && (first.equals("api") || first.equals("apis"))) {
                response.header(HeaderNames.CONTENT_TYPE, Discovery.AGGREGATED);
                response.header(HeaderNames.VARY, "Accept");
                return Optional.of(discovery.aggregated(first.equals("api")));
            }
            if ((first.equals("api") && steps.size() <= 2 || first.equals("apis") && steps.size() <= 3) && !Form.of(request.headers().first(HeaderNames.ACCEPT).orElse(""), true).as().isEmpty()) {
                throw Failure.notAcceptable("only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf");
            }
            return switch (first) {
                case "" -> Optional.of(paths());
                case "api" -> switch (steps.size()) {
                    case 1 -> Optional.of(Discovery.versions());
                    case 2 -> Optional.of(discovery.resources("", steps.get(1)).orElseThrow(Failure::noResource));
                    default -> Optional.empty();
                };
                case "apis" -> switch (steps.size()) {
                    case 1 -> Optional.of(discovery.groups());
                    case 2 -> Optional.of(discovery.group(steps.get(1)).orElseThrow(Failure::noPath));
                    case 3 -> Optional.of(discovery.resources(steps.get(1), steps.get(2)).orElseThrow(types.hasGroup(steps.get(1)) ? Failure::noResource : Failure::noPath));
                    default -> Optional.empty();
                };
                case "openapi" -> openApi(response, steps);
                default -> throw Failure.noPath();
            };
        }

        private Optional<? extends JsonNode> openApi(ServerResponse response, List<String> steps) throws Failure {
            var rest = steps.subList(1, steps.size());
            if (rest.equals(List.of("v2"))) {
                return Optional.of(openApi.whole());
            }
            if (rest.isEmpty() || !rest.getFirst().equals("v3")) {
                throw Failure.noPath();
            }
            if (rest.size() == 1) {
                return Optional.of(openApi.index());
            }
            var document = openApi.document(String.join("/", rest.subList(1, rest.size())));
            if (document.isEmpty()) {
                throw Failure.nothing();
            }
            return document;
        }

        private static ObjectNode paths() {
            var body = JsonNodeFactory.instance.objectNode();
            body.putArray("paths").add("/api").add("/apis").add("/healthz").add("/livez").add("/openapi/v3").add("/readyz").add("/version");
            return body;
        }

        private static ObjectNode version() {
            return JsonNodeFactory.instance.objectNode()
                    .put("major", "1").put("minor", "36").put("gitVersion", VERSION).put("gitCommit", "").put("gitTreeState", "clean")
                    .put("buildDate", "1970-01-01T00:00:00Z").put("goVersion", "none").put("compiler", "javac").put("platform", "linux/amd64");
        }
    }
}
