package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.admission.Operation;
import dev.skerry.kube.schema.Gvk;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** One request for objects: by its method and subresource to what does it. */
final class ObjectRequests {

    private static final Set<String> LIKE_THE_OBJECT = Set.of("", "status", "finalize", "approval", "resize", "ephemeralcontainers");

    private final ServerConfig config;
    private final Resources resources;
    private final Deletion deletion;
    private final Lists lists;
    private final PlainLists wholes;
    private final Watches watches;
    private final Tables tables;
    private final Definitions definitions;
    private final Reviews reviews;
    private final TokenRequests tokens;
    private final StandardRoles roles;
    private final AccountSecrets secrets;
    private final NodeRestriction nodes;
    private final PodConnections connections;

    ObjectRequests(
            ServerConfig config, Resources resources, Deletion deletion, Lists lists, Watches watches, Tables tables, Definitions definitions,
            Reviews reviews, TokenRequests tokens, StandardRoles roles, AccountSecrets secrets, NodeRestriction nodes, PodConnections connections) {
        this.config = config;
        this.resources = resources;
        this.deletion = deletion;
        this.lists = lists;
        this.wholes = new PlainLists(config.store(), lists);
        this.watches = watches;
        this.tables = tables;
        this.definitions = definitions;
        this.reviews = reviews;
        this.tokens = tokens;
        this.roles = roles;
        this.secrets = secrets;
        this.nodes = nodes;
        this.connections = connections;
    }

    void watch(Call call) throws Failure {
        allowed(call, "watch");
        watches.serve(call);
    }

    /** Answers; what there is to warn of also goes with a refusal. */
    void serve(Call call) throws Failure {
        try {
            dispatch(call);
        } catch (Failure e) {
            warn(call);
            throw e;
        }
    }

    /** Built-in kinds that are served for old clients' sake only. */
    private static void deprecated(Call call) {
        if (call.type().group().isEmpty()) {
            switch (call.type().kind()) {
                case "Endpoints" -> call.warnings().add("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
                case "ComponentStatus" -> call.warnings().add("v1 ComponentStatus is deprecated in v1.19+");
                default -> {
                    // Served as it is.
                }
            }
        }
    }

    private void dispatch(Call call) throws Failure {
        deprecated(call);
        var method = call.request().prologue().method().text();
        var target = call.target();
        var defined = target.type().defined();
        if (defined != null && !defined.deprecation().isEmpty()) {
            call.warnings().add(defined.deprecation());
        }
        var everywhere = target.type().namespaced() && target.namespace().isEmpty() && target.name().isEmpty();
        if (target.name().isEmpty() && List.of("PUT", "PATCH").contains(method) || everywhere && !method.equals("GET") && !Reviews.answers(target.type())) {
            throw Failure.method();
        }
        if (!target.name().isEmpty() && target.type().verbs().equals(Set.of("create"))) {
            throw Failure.noResource();
        }
        if (!LIKE_THE_OBJECT.contains(target.subresource())) {
            subresource(call, method);
            return;
        }
        switch (method) {
            case "GET" -> {
                if (target.name().isEmpty()) {
                    allowed(call, "list");
                    Tables.check(call, true);
                    if (wholes.suits(call)) {
                        warn(call);
                        wholes.serve(call);
                        return;
                    }
                    var page = lists.list(call);
                    warn(call);
                    Answers.send(call.request(), call.response(), tables.renderList(call, page));
                } else {
                    allowed(call, "get");
                    Tables.check(call, false);
                    lists.checkVersion(call);
                    answer(call, 200, resources.kept(target));
                }
            }
            case "POST" -> {
                allowed(call, "create");
                if (!target.name().isEmpty()) {
                    throw Failure.method();
                }
                var body = Bodies.object(call.request(), call.type());
                if (Reviews.answers(call.type())) {
                    answer(call, 201, reviews.answer(call, resources.question(call, body)));
                    return;
                }
                var made = resources.create(call, body);
                answer(call, 201, made);
                changed(call, () -> made.object().path("metadata").path("name").asText());
            }
            case "PUT" -> {
                allowed(call, "update");
                var body = Bodies.object(call.request(), call.type());
                var done = resources.update(call, body);
                answer(call, done.created() ? 201 : 200, done.kept());
                changed(call);
            }
            case "PATCH" -> {
                allowed(call, "patch");
                var done = resources.patch(call);
                answer(call, done.created() ? 201 : 200, done.kept());
                changed(call);
            }
            case "DELETE" -> {
                allowed(call, target.name().isEmpty() ? "deletecollection" : "delete");
                delete(call);
                changed(call);
            }
            default -> throw Failure.method();
        }
    }

    private static void allowed(Call call, String verb) throws Failure {
        var subresource = call.target().subresource();
        if (subresource.isEmpty() ? !call.type().verbs().contains(verb) : !call.type().verbsOf(subresource).contains(verb)) {
            throw call.type().custom() && !subresource.isEmpty() ? Failure.unsupported(call.type(), verb) : Failure.method();
        }
    }

    /** A definition may have come or gone: serve accordingly. Sums of roles and accounts' Secrets follow what they depend on. */
    private void changed(Call call) {
        changed(call, call.target()::name);
    }

    private void changed(Call call, Supplier<String> name) {
        var defined = call.type().defined();
        if (call.type().kind().equals("CustomResourceDefinition") || defined != null && defined.terminating()) {
            definitions.load();
        } else if (call.type().kind().equals("ClusterRole")) {
            roles.aggregate();
        } else if (call.type().kind().equals("Secret") && !call.request().prologue().method().text().equals("DELETE")) {
            secrets.written(call.target().namespace(), name.get());
        } else if (call.type().kind().equals("ServiceAccount") && call.request().prologue().method().text().equals("DELETE")) {
            secrets.accountGone(call.target().namespace());
        }
    }

    private void answer(Call call, int code, ObjectNode object) {
        warn(call);
        call.response().status(Status.create(code));
        Answers.send(call.request(), call.response(), tables.render(call, object, true));
    }

    private void answer(Call call, int code, Kept kept) {
        var json = kept.json();
        if (json == null || !Tables.plain(call)) {
            answer(call, code, kept.object());
            return;
        }
        warn(call);
        call.response().status(Status.create(code));
        Answers.send(call.request(), call.response(), json);
    }

    private static void warn(Call call) {
        if (!call.warnings().isEmpty()) {
            call.response().headers().add(io.helidon.http.HeaderValues.create(
                    HeaderNames.create("Warning"), call.warnings().stream().map(w -> "299 - " + new TextNode(w)).toList()));
        }
    }

    private void delete(Call call) throws Failure {
        var options = Bodies.options(call.request());
        Deletion.check(options);
        if (call.target().name().isEmpty()) {
            var page = lists.list(call.withoutPaging());
            for (var item : page.items()) {
                var metadata = item.path("metadata");
                try {
                    deletion.delete(call, new Target(call.type(), metadata.path("namespace").asText(""), metadata.path("name").asText(), ""), options);
                } catch (Failure e) {
                    if (e.code() != 404) {
                        throw e;
                    }
                }
            }
            warn(call);
            Answers.send(call.request(), call.response(), tables.renderList(call, page));
            return;
        }
        nodes.delete(call.user(), call.target());
        var outcome = deletion.delete(call, call.target(), options);
        if (Deletion.answersObject(call.type()) || !outcome.gone()) {
            answer(call, 200, outcome.object());
            return;
        }
        warn(call);
        var status = JsonNodeFactory.instance.objectNode().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        var details = status.putObject("details").put("name", call.target().name());
        if (!call.type().group().isEmpty()) {
            details.put("group", call.type().group());
        }
        warn(call);
        details.put("kind", call.type().plural()).put("uid", outcome.object().path("metadata").path("uid").asText());
        Answers.send(call.request(), call.response(), status);
    }

    private void subresource(Call call, String method) throws Failure {
        switch (call.target().subresource()) {
            case "log" -> new LogRequests(config.logs(), config.clock()).serve(call, resources.get(call.target()));
            case "binding" -> {
                post(method);
                bind(call);
            }
            case "token" -> {
                post(method);
                var asked = tokens.asked(call);
                answer(asked, 201, tokens.create(call, resources.question(asked, Bodies.object(call.request(), asked.type()))));
            }
            case "eviction" -> {
                post(method);
                nodes.evict(call);
                var eviction = Bodies.object(call.request(), call.type()).node();
                if (eviction instanceof ObjectNode asked) {
                    resources.admission().check(call, Operation.CREATE, new Gvk("policy", "v1", "Eviction"), asked, null);
                }
                new Evictions(config.store(), deletion, config.clock()).evict(call, eviction);
                succeeded(call);
            }
            case "scale" -> {
                allowed(call, switch (method) {
                    case "GET" -> "get";
                    case "PUT" -> "update";
                    case "PATCH" -> "patch";
                    default -> "none";
                });
                new Scales(resources, config.store()).serve(call, method);
            }
            case "exec", "attach", "portforward" -> {
                connects(call);
                connections.serve(call, resources.get(call.target()));
            }
            default -> throw Failure.method();
        }
    }

    private void connects(Call call) throws Failure {
        var kind = switch (call.target().subresource()) {
            case "exec" -> "PodExecOptions";
            case "attach" -> "PodAttachOptions";
            default -> "PodPortForwardOptions";
        };
        var options = JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", "v1");
        for (var flag : List.of("stdin", "stdout", "stderr", "tty")) {
            if (call.flag(flag)) {
                options.put(flag, true);
            }
        }
        if (!call.query("container").isEmpty()) {
            options.put("container", call.query("container"));
        }
        if (call.request().query().contains("command")) {
            call.request().query().all("command").forEach(options.putArray("command")::add);
        }
        resources.admission().check(call, Operation.CONNECT, new Gvk("", "v1", kind), options, null);
    }

    private static void post(String method) throws Failure {
        if (!method.equals("POST")) {
            throw Failure.method();
        }
    }

    private static void succeeded(Call call) {
        var status = JsonNodeFactory.instance.objectNode().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        call.response().status(Status.CREATED_201);
        Answers.send(call.request(), call.response(), status.put("status", "Success").put("code", 201));
    }

    private void bind(Call call) throws Failure {
        var body = Bodies.object(call.request(), call.type()).node();
        if (body instanceof ObjectNode binding) {
            resources.admission().check(call, Operation.CREATE, new Gvk("", "v1", "Binding"), binding, null);
        }
        var node = body.path("target").path("name").asText("");
        for (int i = 0; i < 20; i++) {
            var entry = config.store().get(call.target().key()).orElseThrow(() -> Failure.notFound(call.type(), call.target().name()));
            var pod = Bodies.stored(entry.value());
            var bound = pod.path("spec").path("nodeName").asText("");
            if (!bound.isEmpty()) {
                throw Failure.bound(call.target().name(), bound);
            }
            var asked = body.path("metadata").path("uid").asText("");
            var uid = pod.path("metadata").path("uid").asText();
            if (!asked.isEmpty() && !asked.equals(uid)) {
                throw Failure.conflict(call.type(), call.target().name(), "Precondition failed: UID in precondition: " + asked + ", UID in object meta: " + uid);
            }
            if (pod.path("metadata").has("deletionTimestamp")) {
                throw Failure.conflict(call.type(), call.target().name(), "pod " + call.target().name() + " is being deleted, cannot be assigned to a host");
            }
            pod.withObject("/spec").put("nodeName", node);
            for (var member : List.of("labels", "annotations")) {
                body.path("metadata").path(member).properties().forEach(e -> Resources.metadata(pod).withObject("/" + member).set(e.getKey(), e.getValue()));
            }
            var conditions = pod.withObject("/status").withArray("conditions");
            for (int c = conditions.size() - 1; c >= 0; c--) {
                if (conditions.get(c).path("type").asText().equals("PodScheduled")) {
                    conditions.remove(c);
                }
            }
            conditions.addObject().put("type", "PodScheduled").put("status", "True").putNull("lastProbeTime")
                    .put("lastTransitionTime", config.clock().instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
            if (call.dryRun() || config.store().update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(pod, revision))).isPresent()) {
                succeeded(call);
                return;
            }
        }
        throw Failure.modified(call.type(), call.target().name());
    }
}
