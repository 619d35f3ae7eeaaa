package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.INFO;

import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
        var api = writer.api();
        var namespaces = cache(api, "/api/v1/namespaces", Namespace.class);
        var pods = cache(api, "/api/v1/pods", Pod.class);
        controllers.add(new Namespaces(writer, config, namespaces, keep(Namespaces.accounts(api)), keep(Namespaces.authorities(api)), pods));
        controllers.add(new GarbageCollector(writer));
        var nodes = cache(api, "/api/v1/nodes", Node.class);
        controllers.add(new ResourceQuotas(writer, config, cache(api, "/api/v1/resourcequotas", ResourceQuota.class), pods));
        var budgets = cache(api, "/apis/policy/v1/poddisruptionbudgets", PodDisruptionBudget.class);
        controllers.add(new Scheduler(writer, config, nodes, pods, namespaces, budgets));
        var sets = cache(api, "/apis/apps/v1/replicasets", ReplicaSet.class);
        controllers.add(ReplicaSets.of(writer, config, sets, pods));
        controllers.add(ReplicaSets.ofControllers(writer, config, cache(api, "/api/v1/replicationcontrollers", ReplicationController.class), pods));
        var deployments = cache(api, "/apis/apps/v1/deployments", Deployment.class);
        controllers.add(new Deployments(writer, config, deployments, sets, pods));
        var revisions = cache(api, "/apis/apps/v1/controllerrevisions", ControllerRevision.class);
        var claims = cache(api, "/api/v1/persistentvolumeclaims", PersistentVolumeClaim.class);
        var statefulSets = cache(api, "/apis/apps/v1/statefulsets", StatefulSet.class);
        controllers.add(new StatefulSets(writer, config, statefulSets, pods, revisions, claims));
        var services = cache(api, "/api/v1/services", Service.class);
        var endpoints = cache(api, "/api/v1/endpoints", Endpoints.class);
        var slices = cache(api, "/apis/discovery.k8s.io/v1/endpointslices", EndpointSlice.class);
        controllers.add(new ServiceSlices(writer, services, pods, nodes, slices));
        controllers.add(new ServiceEndpoints(writer, services, pods, endpoints));
        controllers.add(new MirroredSlices(writer, services, endpoints, slices));
        var jobs = cache(api, "/apis/batch/v1/jobs", Job.class);
        controllers.add(new Jobs(writer, config, jobs, pods));
        controllers.add(new SigningRequests(writer, config, cache(api, "/apis/certificates.k8s.io/v1/certificatesigningrequests", CertificateSigningRequest.class)));
        controllers.add(new OldEvents(writer, config));
        controllers.add(new CronJobs(writer, config, cache(api, "/apis/batch/v1/cronjobs", CronJob.class), jobs));
        controllers.add(new NodeLifecycle(writer, config, nodes, pods, keep(NodeLifecycle.leases(api))));
        controllers.add(new TaintEvictions(writer, config, nodes, pods));
        controllers.add(new LostPods(writer, config, nodes, pods));
        controllers.add(new Autoscalers(writer, config, cache(api, "/apis/autoscaling/v2/horizontalpodautoscalers", HorizontalPodAutoscaler.class), pods));
        controllers.add(new FinishedJobs(writer, config, jobs));
        controllers.add(new Volumes(writer, config, claims, cache(api, "/api/v1/persistentvolumes", PersistentVolume.class), pods));
        controllers.add(new Disruptions(writer, config, budgets, pods, sets, deployments, statefulSets));
        controllers.add(new DaemonSets(writer, config, cache(api, "/apis/apps/v1/daemonsets", DaemonSet.class), nodes, pods, revisions));
    }

    private <T extends HasMetadata> Cache<T> cache(RawApi api, String path, Class<T> type) {
        return keep(new Cache<>(api, path, type));
    }

    private <T extends HasMetadata> Cache<T> keep(Cache<T> cache) {
        caches.add(cache);
        return cache;
    }

    private void listen(Duration patience) {
        var end = System.nanoTime() + patience.toNanos();
        caches.forEach(Cache::start);
        try {
            for (var cache : caches) {
                cache.awaitFirst(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("controllers: interrupted while starting", e);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("controllers: the API did not tell its state (expected: within " + patience.toSeconds() + " s): " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        controllers.forEach(Controller::close);
        caches.forEach(Cache::close);
    }
}
