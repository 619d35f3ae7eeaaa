package dev.skerry.kube.apiserver;

import static java.lang.System.Logger.Level.ERROR;

import dev.skerry.kube.store.StoreException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Every request comes through here: who asks, whom he plays, whether he may, how many are inside, and then what does it. */
final class Door {

    private static final System.Logger LOG = System.getLogger(Door.class.getName());
    private static final int MAX_IN_FLIGHT = 400;

    private final ResourceTypes types;
    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final Impersonation impersonation;
    private final MetaPaths meta;
    private final ObjectRequests objects;
    private final Semaphore inside = new Semaphore(MAX_IN_FLIGHT);

    Door(ResourceTypes types, Authenticator authenticator, Authorizer authorizer, MetaPaths meta, ObjectRequests objects) {
        this.types = types;
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.impersonation = new Impersonation(authorizer);
        this.meta = meta;
        this.objects = objects;
    }

    void handle(ServerRequest request, ServerResponse response) {
        try {
            answer(request, response);
        } catch (Failure failure) {
            fail(request, response, failure);
        } catch (ServerConnectionException e) {
            // The client has gone: the server closes what is left of the connection.
            throw e;
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
            Answers.text(response, failure.text());
            return;
        }
        Answers.send(request, response, failure.status());
    }

    private void answer(ServerRequest request, ServerResponse response) throws Failure {
        var path = request.path().path();
        var real = authenticator.user(request).orElseThrow(Failure::unauthorized);
        var steps = Arrays.stream(path.split("/")).filter(s -> !s.isEmpty()).toList();
        var access = Access.of(request, steps);
        var user = impersonation.played(request, real, access).orElse(real);
        authorizer.check(user, access);
        if (List.of("healthz", "livez", "readyz").contains(steps.isEmpty() ? "" : steps.getFirst())) {
            Answers.text(response, "ok");
            return;
        }
        var found = meta.answer(request, response, steps);
        if (found.isPresent()) {
            Answers.send(request, response, found.get());
            return;
        }
        var target = Target.parse(steps, types).orElseThrow(() -> types.hasGroup(steps.getFirst().equals("api") ? "" : steps.get(1)) ? Failure.noResource() : Failure.noPath());
        Form.of(request.headers().first(HeaderNames.ACCEPT).orElse(""));
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
}
