package dev.skerry.kube.apiserver;

import dev.skerry.kube.schema.SchemaCatalog;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The Kubernetes REST API over an object store. Blocking code, a virtual thread a request. Who shows neither a client
 * certificate nor a token is anonymous, and may see the health checks and the version.
 */
public final class ApiServer implements AutoCloseable {

    /** The version of Kubernetes whose behaviour this server keeps to. */
    static final String VERSION = "v1.36.3+skerry";

    private static final System.Logger LOG = System.getLogger(ApiServer.class.getName());
    private static final int MAX_CONNECTIONS = 4_000;
    /** What the buffers of one TLS connection take of the heap, and what is left for the rest. */
    private static final long HEAP_A_CONNECTION = 100 * 1024;
    private static final long HEAP_OF_THE_REST = 64L << 20;
    private static final int FEWEST_CONNECTIONS = 200;
    private static final int MAX_HEADERS = 64 * 1024;
    private static final int MAX_PROLOGUE = 32 * 1024;

    private final WebServer server;
    private final InnerDoor inner;
    private final Watches watches;
    private final List<AutoCloseable> parts;

    private ApiServer(WebServer server, InnerDoor inner, Watches watches, List<AutoCloseable> parts) {
        this.server = server;
        this.inner = inner;
        this.watches = watches;
        this.parts = List.copyOf(parts);
    }

    /** Starts serving. */
    public static ApiServer start(ServerConfig config) throws IOException {
        var types = new ResourceTypes(SchemaCatalog.builtIn());
        var definitions = new Definitions(config.store(), types, config.clock(), new ConversionWebhooks(config.store()));
        definitions.load();
        var parts = new ArrayList<AutoCloseable>();
        parts.add(new DefinitionWatch(config.store(), definitions));
        var rbac = new Rbac(config.store());
        var authorizer = new Authorizer(config.store(), rbac);
        var roles = new StandardRoles(config.store(), config.clock());
        roles.create();
        var accounts = new AccountTokens(config.store(), config.clock(), new SigningKeys(config.store(), config.clock(), config.access().signingKeyAge()));
        var access = config.access();
        var sorts = new ArrayList<BearerTokens.Sort>(List.of(accounts, new BootstrapTokens(config.store(), config.clock())));
        access.oidc().ifPresent(o -> {
            var issuer = new OidcTokens(o, config.clock());
            parts.add(issuer);
            sorts.add(issuer);
        });
        var authenticator = new Authenticator(new BearerTokens(config.tokens(), sorts), access.anonymous());
        var nodes = new NodeRestriction(config.store());
        var lists = new Lists(config.store());
        var tables = new Tables(new TableCells(config.clock()));
        var watches = new Watches(config.store(), lists, tables, types);
        var admission = Admission.open(config.store(), types, authorizer, config.clock());
        parts.add(admission);
        var resources = new Resources(
                config.store(), new Decoding(types), new Preparation(config.clock()), admission, new Escalation(rbac, authorizer, nodes), config.clock());
        var deletion = new Deletion(config.store(), admission, config.clock());
        var secrets = new AccountSecrets(config.store(), accounts, config.authority(), types.find("", "v1", "secrets").orElseThrow().schema(), config.clock());
        var objects = new ObjectRequests(config, resources, deletion, lists, watches, tables, definitions,
                new Reviews(authenticator, authorizer, config.clock()), new TokenRequests(config.store(), accounts, nodes, SchemaCatalog.builtIn(), config.clock()), roles, secrets, nodes,
                new PodConnections(config.streams(), authorizer));
        var timer = new RequestClock.Timer();
        parts.add(timer);
        var audit = access.audit().isPresent() ? AuditLog.open(access.audit().get(), config.clock()) : null;
        if (audit != null) {
            parts.add(audit);
        }
        var door = new Door(types, authenticator, authorizer, new MetaPaths(types, accounts, config.usage().map(u -> new MetricsGroup(u, config.store(), types))), objects, access.limits(), timer, audit, config.clock());
        var http = io.helidon.webserver.http1.Http1Config.builder().maxHeadersSize(MAX_HEADERS).maxPrologueLength(MAX_PROLOGUE).build();
        var selector = Http1ConnectionSelector.builder().config(http);
        PodConnections.PROTOCOLS.forEach(p -> selector.addUpgrader(Upgrades.upgrader(p)));
        var server = WebServer.builder()
                .address(InetAddress.getByName(config.address()))
                .port(config.port())
                .tls(Tls.builder().sslContext(config.tls()).clientAuth(TlsClientAuth.OPTIONAL).build())
                .maxTcpConnections(connections(Runtime.getRuntime().maxMemory()))
                .shutdownHook(false)
                .addConnectionSelector(selector.build())
                .addProtocol(http)
                .routing(HttpRouting.builder().any("/*", door::handle))
                .build()
                .start();
        if (!server.isRunning()) {
            // Helidon logs why, and answers as if all were well.
            watches.close();
            close(parts);
            throw new UncheckedIOException(new BindException(config.address() + ":" + config.port() + " (expected: a free port of this machine)"));
        }
        return new ApiServer(server, new InnerDoor(door), watches, parts);
    }

    /** So many that their buffers fit into the heap. */
    static int connections(long heap) {
        return (int) Math.clamp((heap - HEAP_OF_THE_REST) / HEAP_A_CONNECTION, FEWEST_CONNECTIONS, MAX_CONNECTIONS);
    }

    public int port() {
        return server.port();
    }

    /**
     * A way in for a client inside this process. It ends with the server, and is to be left before.
     *
     * @param user who asks; not asked for anything that shows it
     */
    public InnerApi inner(ServerConfig.User user) {
        return inner.of(user);
    }

    @Override
    public void close() {
        watches.close();
        inner.close();
        server.stop();
        close(parts);
    }

    private static void close(List<AutoCloseable> parts) {
        for (var part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "API server: a part did not close: {0}", e.getMessage());
            }
        }
    }
}
