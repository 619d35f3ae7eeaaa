package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The way in for those inside; knows how many are within. */
final class InnerDoor implements AutoCloseable {

    private static final Duration LEAVING = Duration.ofSeconds(3);

    private final Door door;
    private final Phaser inside = new Phaser(1);
    private volatile boolean closed;

    InnerDoor(Door door) {
        this.door = door;
    }

    InnerApi of(User user) {
        var known = user.authenticated();
        return (request, reply) -> serve(known, request, reply);
    }

    private void serve(User user, InnerApi.Request request, InnerApi.Reply reply) {
        inside.register();
        try {
            var response = new InnerResponse(reply);
            if (closed) {
                response.status(503);
            } else {
                door.handle(new InnerRequest(user, request), response);
            }
            response.deliver();
        } catch (IOException e) {
            // The reader has gone: nobody wants to know.
            return;
        } finally {
            inside.arriveAndDeregister();
        }
    }

    /** Lets nobody in any more, and waits a little for those inside. */
    @Override
    public void close() {
        closed = true;
        var phase = inside.arriveAndDeregister();
        try {
            if (phase >= 0 && !inside.isTerminated()) {
                inside.awaitAdvanceInterruptibly(phase, LEAVING.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            // A reader that does not read; what it misses is its own affair.
            return;
        }
    }
}
