package dev.skerry.kube.apiserver;

import static java.lang.System.Logger.Level.ERROR;

import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.StoreException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every request comes through here: who asks, whom he plays, how many are inside, whether he may, and then what does it. */
final class Door {

    private static final System.Logger LOG = System.getLogger(Door.class.getName());
    private static final List<String> OPENAPI_V2 = List.of("openapi", "v2");
    private static final Set<String> HEALTH = Set.of("healthz", "livez", "readyz");
    /** These go on for as long as the client likes. */
    private static final Set<String> LASTING = Set.of("pods/exec", "pods/attach", "pods/portforward", "pods/log", "pods/proxy", "services/proxy");
    private static final User NOBODY = new User("", List.of());
    /** A request waits for its turn for this part of its time. */
    private static final int PATIENCE = 4;

    private final ResourceTypes types;
    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final Impersonation impersonation;
    private final MetaPaths meta;
    private final ObjectRequests objects;
    private final Limits limits;
    private final Fairness fairness;
    private final RequestClock.Timer timer;
    private final @Nullable AuditLog audit;
    private final InstantSource clock;

    /** @param audit null if nothing is written down */
    Door(ResourceTypes types, Authenticator authenticator, Authorizer authorizer, MetaPaths meta, ObjectRequests objects, Limits limits, RequestClock.Timer timer,
            @Nullable AuditLog audit, InstantSource clock) {
        this.types = types;
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.impersonation = new Impersonation(authorizer);
        this.meta = meta;
        this.objects = objects;
        this.limits = limits;
        this.fairness = new Fairness(limits);
        this.timer = timer;
        this.audit = audit;
        this.clock = clock;
    }

    void handle(ServerRequest request, ServerResponse response) {
        var visit = new Visit();
        Failure told = null;
        try {
            answer(request, response, visit);
            return;
        } catch (Failure failure) {
            told = failure;
        } catch (CloseConnectionException e) {
            // The client has gone, or its stream has ended: the server closes what is left of the connection.
            throw e;
        } catch (Versions.ConversionFailure e) {
            told = Failure.internalPlain(String.valueOf(e.getMessage()));
        } catch (StoreException.Unavailable e) {
            told = Failure.unavailable(String.valueOf(e.getMessage()));
        } catch (StoreException.Full e) {
            told = Failure.full(String.valueOf(e.getMessage()));
        } catch (StoreException e) {
            told = Failure.internal(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.log(ERROR, request.prologue().method() + " " + request.path().path() + " failed", e);
            told = Failure.internal(e.getClass().getSimpleName());
        } finally {
            visit.end(told == null ? response.status().code() : told.code(), told);
        }
        fail(request, response, told);
    }

    /** A path that leads nowhere: in a group of definitions only an object can lack a subresource, all else is no path at all. */
    private Failure absent(List<String> steps) {
        if (steps.getFirst().equals("api") || types.hasBuiltIn(steps.get(1))) {
            return Failure.noResource();
        }
        return Target.parse(steps.subList(0, steps.size() - 1), types).filter(t -> !t.name().isEmpty() && t.subresource().isEmpty())
                .map(t -> Failure.notFound(t.type(), t.name())).orElseGet(Failure::noPath);
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

    private void answer(ServerRequest request, ServerResponse response, Visit visit) throws Failure {
        var steps = Arrays.stream(request.path().path().split("/")).filter(s -> !s.isEmpty()).toList();
        var access = Access.of(request, steps);
        var real = authenticator.user(request);
        visit.begin(request, response, access, real.orElse(NOBODY));
        var known = real.orElseThrow(Failure::unauthorized);
        var played = impersonation.played(request, known, access);
        played.ifPresent(visit::plays);
        var user = played.orElse(known);
        var first = steps.isEmpty() ? "" : steps.getFirst();
        if (HEALTH.contains(first)) {
            authorize(user, access, visit);
            Answers.text(response, "ok");
            return;
        }
        var time = new RequestClock(timer, Timeouts.of(request.query().first("timeout").orElse(""), limits.requestTime()));
        request.context().register(time);
        var watching = access.verb().equals("watch") || LASTING.contains(access.whole());
        try (var seat = fairness.seat(user, access, time.left().dividedBy(PATIENCE))) {
            authorize(user, access, visit);
            if (!watching) {
                time.check();
                serve(request, response, steps, user, visit);
                return;
            }
        }
        // A watch lasts: it has a number of its own instead of a seat.
        try (var seat = fairness.watch(user)) {
            serve(request, response, steps, user, visit);
        }
    }

    private void authorize(User user, Access access, Visit visit) throws Failure {
        var decision = authorizer.decide(user, access);
        visit.decided(decision);
        if (!decision.allowed()) {
            throw access.denied(user, decision.reason());
        }
    }

    private void serve(ServerRequest request, ServerResponse response, List<String> steps, User user, Visit visit) throws Failure {
        if (request.path().rawPath().contains("//")) {
            throw Failure.noResource();
        }
        var found = meta.answer(request, response, steps);
        if (found.isPresent()) {
            if (steps.equals(OPENAPI_V2) && OpenApiProtobuf.wanted(request.headers().first(HeaderNames.ACCEPT).orElse(""))) {
                Answers.send(request, response, OpenApiProtobuf.write(found.get()), OpenApiProtobuf.MEDIA);
            } else {
                Answers.send(request, response, found.get());
            }
            return;
        }
        if (ProxyRequests.leads(steps)) {
            var type = types.find("", "v1", steps.get(4)).orElseThrow(Failure::noResource);
            objects.proxy(new Call(request, response, user, new Target(type, steps.get(3), ProxyRequests.name(steps.get(5)), "proxy")), steps);
            return;
        }
        var target = Target.parse(steps, types).orElseThrow(() -> absent(steps));
        Form.of(request.headers().first(HeaderNames.ACCEPT).orElse(""), !target.type().custom());
        if (target.name().equals("..") || target.name().equals(".")) {
            throw Failure.badRequest("Name parameter invalid: " + GoText.quoted(target.name()) + ": may not be '" + target.name() + "'");
        }
        var call = new Call(request, response, user, target);
        if (call.flag("watch") && target.name().isEmpty()) {
            visit.started();
            objects.watch(call);
        } else {
            objects.serve(call);
        }
    }

    /** What the audit log learns of one request; without a log nothing. */
    private final class Visit {

        private @Nullable AuditRecord record;

        void begin(ServerRequest request, ServerResponse response, Access access, User user) {
            if (audit == null) {
                return;
            }
            var verdict = audit.policy().of(user, access);
            var begun = new AuditRecord(audit, clock, request, access, user, verdict);
            response.header(HeaderNames.create(AuditRecord.ID), begun.id());
            if (verdict.level() != AuditPolicy.Level.NONE) {
                record = begun;
                request.context().register(begun);
                begun.stage("RequestReceived", 0, null);
            }
        }

        void plays(User user) {
            if (record != null) {
                record.plays(user);
            }
        }

        void decided(Rbac.Decision decision) {
            if (record != null) {
                record.annotate("authorization.k8s.io/decision", decision.allowed() ? "allow" : "forbid");
                record.annotate("authorization.k8s.io/reason", decision.reason());
            }
        }

        void started() {
            if (record != null) {
                record.stage("ResponseStarted", 200, null);
            }
        }

        void end(int code, @Nullable Failure failure) {
            if (record != null) {
                record.stage("ResponseComplete", code, failure);
            }
        }
    }
}
