package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.INFO;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The running controllers of the standard kinds. They are ordinary clients of the API, and keep nothing that it does not hold. */
public final class Controllers implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Controllers.class.getName());
    private static final Duration FIRST_STATE = Duration.ofSeconds(30);

    private final List<Cache<?>> caches = new ArrayList<>();
    private final List<Controller> controllers = new ArrayList<>();

    private Controllers() {}

    /**
     * Starts all controllers; returns when each knows the present state, which takes at most 30 seconds.
     *
     * @param client stays the caller's, who closes it after the controllers
     * @throws IllegalStateException if the API does not answer
     */
    public static Controllers start(KubernetesClient client, ControllersConfig config) {
        var all = new Controllers();
        try {
            all.wire(new Writer(client), config);
            all.listen();
            all.controllers.forEach(Controller::start);
            LOG.log(INFO, "controllers: {0} started", all.controllers.size());
            return all;
        } catch (RuntimeException | Error e) {
            all.close();
            throw e;
        }
    }

    private void wire(Writer writer, ControllersConfig config) {
        var client = writer.client();
        var namespaces = cache(client.namespaces());
        var pods = cache(client.pods().inAnyNamespace());
        controllers.add(new Namespaces(writer, config, namespaces, keep(Namespaces.accounts(writer)), keep(Namespaces.authorities(writer)), pods));
        controllers.add(new GarbageCollector(writer));
        var nodes = cache(client.nodes());
        controllers.add(new Scheduler(writer, config, nodes, pods));
        var sets = cache(client.apps().replicaSets().inAnyNamespace());
        controllers.add(new ReplicaSets(writer, config, sets, pods));
        controllers.add(new Deployments(writer, config, cache(client.apps().deployments().inAnyNamespace()), sets, pods));
        var revisions = cache(client.apps().controllerRevisions().inAnyNamespace());
        var claims = cache(client.persistentVolumeClaims().inAnyNamespace());
        controllers.add(new StatefulSets(writer, config, cache(client.apps().statefulSets().inAnyNamespace()), pods, revisions, claims));
        var services = cache(client.services().inAnyNamespace());
        var endpoints = cache(client.endpoints().inAnyNamespace());
        var slices = cache(client.discovery().v1().endpointSlices().inAnyNamespace());
        controllers.add(new ServiceSlices(writer, services, pods, nodes, slices));
        controllers.add(new ServiceEndpoints(writer, services, pods, endpoints));
        controllers.add(new MirroredSlices(writer, services, endpoints, slices));
        var jobs = cache(client.batch().v1().jobs().inAnyNamespace());
        controllers.add(new Jobs(writer, config, jobs, pods));
        controllers.add(new DaemonSets(writer, config, cache(client.apps().daemonSets().inAnyNamespace()), nodes, pods, revisions));
    }

    private <T extends HasMetadata> Cache<T> cache(Informable<T> source) {
        return keep(new Cache<>(source));
    }

    private <T extends HasMetadata> Cache<T> keep(Cache<T> cache) {
        caches.add(cache);
        return cache;
    }

    private void listen() {
        var end = System.nanoTime() + FIRST_STATE.toNanos();
        var starting = new ArrayList<CompletionStage<Void>>();
        caches.forEach(c -> starting.add(c.start()));
        try {
            for (var one : starting) {
                one.toCompletableFuture().get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("controllers: interrupted while starting", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("controllers: the API did not tell its state (expected: within " + FIRST_STATE.toSeconds() + " s)", e);
        }
    }

    @Override
    public void close() {
        controllers.forEach(Controller::close);
        caches.forEach(Cache::close);
    }
}
