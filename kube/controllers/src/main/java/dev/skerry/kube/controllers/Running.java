package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.INFO;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Informable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** All controllers at work, over caches that they share. */
final class Running implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Running.class.getName());
    private static final Duration FIRST_STATE = Duration.ofSeconds(30);

    private final List<Cache<?>> caches = new ArrayList<>();
    private final List<Controller> controllers = new ArrayList<>();

    private Running() {}

    /** @throws IllegalStateException if the API does not tell its state in time */
    static Running start(Writer writer, ControllersConfig config) {
        var all = new Running();
        try {
            all.wire(writer, config);
            // One that may lose its lead meanwhile must know the state before that, or not begin at all.
            all.listen(config.shared().isPresent() ? LeaderElection.DEADLINE : FIRST_STATE);
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
        controllers.add(new ResourceQuotas(writer, config, cache(client.resourceQuotas().inAnyNamespace()), pods));
        controllers.add(new Scheduler(writer, config, nodes, pods, namespaces));
        var sets = cache(client.apps().replicaSets().inAnyNamespace());
        controllers.add(ReplicaSets.of(writer, config, sets, pods));
        controllers.add(ReplicaSets.ofControllers(writer, config, cache(client.replicationControllers().inAnyNamespace()), pods));
        var deployments = cache(client.apps().deployments().inAnyNamespace());
        controllers.add(new Deployments(writer, config, deployments, sets, pods));
        var revisions = cache(client.apps().controllerRevisions().inAnyNamespace());
        var claims = cache(client.persistentVolumeClaims().inAnyNamespace());
        var statefulSets = cache(client.apps().statefulSets().inAnyNamespace());
        controllers.add(new StatefulSets(writer, config, statefulSets, pods, revisions, claims));
        var services = cache(client.services().inAnyNamespace());
        var endpoints = cache(client.endpoints().inAnyNamespace());
        var slices = cache(client.discovery().v1().endpointSlices().inAnyNamespace());
        controllers.add(new ServiceSlices(writer, services, pods, nodes, slices));
        controllers.add(new ServiceEndpoints(writer, services, pods, endpoints));
        controllers.add(new MirroredSlices(writer, services, endpoints, slices));
        var jobs = cache(client.batch().v1().jobs().inAnyNamespace());
        controllers.add(new Jobs(writer, config, jobs, pods));
        controllers.add(new SigningRequests(writer, config, cache(client.certificates().v1().certificateSigningRequests())));
        controllers.add(new OldEvents(writer, config));
        controllers.add(new CronJobs(writer, config, cache(client.batch().v1().cronjobs().inAnyNamespace()), jobs));
        controllers.add(new NodeLifecycle(writer, config, nodes, pods, keep(NodeLifecycle.leases(writer))));
        controllers.add(new TaintEvictions(writer, config, nodes, pods));
        controllers.add(new LostPods(writer, config, nodes, pods));
        controllers.add(new Autoscalers(writer, config, cache(client.autoscaling().v2().horizontalPodAutoscalers().inAnyNamespace()), pods));
        controllers.add(new FinishedJobs(writer, config, jobs));
        controllers.add(new Volumes(writer, config, claims, cache(client.persistentVolumes()), pods));
        controllers.add(new Disruptions(writer, config, cache(client.policy().v1().podDisruptionBudget().inAnyNamespace()), pods, sets, deployments, statefulSets));
        controllers.add(new DaemonSets(writer, config, cache(client.apps().daemonSets().inAnyNamespace()), nodes, pods, revisions));
    }

    private <T extends HasMetadata> Cache<T> cache(Informable<T> source) {
        return keep(new Cache<>(source));
    }

    private <T extends HasMetadata> Cache<T> keep(Cache<T> cache) {
        caches.add(cache);
        return cache;
    }

    private void listen(Duration patience) {
        var end = System.nanoTime() + patience.toNanos();
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
            throw new IllegalStateException("controllers: the API did not tell its state (expected: within " + patience.toSeconds() + " s)", e);
        }
    }

    @Override
    public void close() {
        controllers.forEach(Controller::close);
        caches.forEach(Cache::close);
    }
}
