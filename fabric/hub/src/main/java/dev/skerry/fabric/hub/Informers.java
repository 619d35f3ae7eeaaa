package dev.skerry.fabric.hub;

import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts informers, and waits until they know all there is. */
final class Informers {

    private static final Duration LIST_WITHIN = Duration.ofSeconds(30);

    private Informers() {}

    static void start(SharedIndexInformer<?> informer) {
        try {
            informer.start().toCompletableFuture().get(LIST_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the API", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    informer.getApiTypeClass().getSimpleName() + ": cannot be listed within " + LIST_WITHIN.toSeconds() + "s: " + e.getMessage(), e);
        }
    }
}
