package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells hand-made Endpoints of Services without a selector once more as slices, which is what is read today. */
final class MirroredSlices implements Controller {

    private static final String MANAGER = "endpointslicemirroring-controller.k8s.io";
    private static final String SKIP = "endpointslice.kubernetes.io/skip-mirror";
    private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
    private static final Set<String> NOT_COPIED = Set.of(Backends.CHANGED, "kubectl.kubernetes.io/last-applied-configuration");
    private static final int MOST = 1000;

    private final Writer writer;
    private final Cache<Service> services;
    private final Cache<Endpoints> endpoints;
    private final Cache<EndpointSlice> slices;
    private final Written written;
    private final ControlLoop loop;

    MirroredSlices(Writer writer, Cache<Service> services, Cache<Endpoints> endpoints, Cache<EndpointSlice> slices) {
        this.writer = writer;
        this.services = services;
        this.endpoints = endpoints;
        this.slices = slices;
        this.written = new Written(slices);
        this.loop = new ControlLoop("endpointslicemirroring", 1, this::reconcile);
        services.onChange(s -> loop.add(Cache.key(s)));
        endpoints.onChange(e -> loop.add(Cache.key(e)));
        slices.onChange(s -> {
            var labels = Numbers.labels(s.getMetadata().getLabels());
            if (MANAGER.equals(labels.get(SlicePlan.MANAGED_BY))) {
                loop.add(Cache.key(Cache.namespace(s), labels.getOrDefault(SlicePlan.SERVICE, "")));
            }
        });
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        if (!written.shown(key)) {
            return Optional.of(Written.SOON);
        }
        var name = key.substring(key.indexOf('/') + 1);
        var mine = slices.inNamespace(key.substring(0, Math.max(0, key.indexOf('/')))).stream()
                .filter(s -> MANAGER.equals(Numbers.labels(s.getMetadata().getLabels()).get(SlicePlan.MANAGED_BY))
                        && name.equals(Numbers.labels(s.getMetadata().getLabels()).get(SlicePlan.SERVICE)))
                .toList();
        var found = endpoints.find(key).filter(MirroredSlices::mirrored);
        var service = services.find(key).filter(s -> s.getSpec().getSelector() == null || s.getSpec().getSelector().isEmpty());
        if (found.isEmpty() || service.isEmpty() || Cache.leaving(service.get())) {
            mine.forEach(writer::delete);
            return Optional.empty();
        }
        var source = found.get();
        var labels = new HashMap<>(Numbers.labels(source.getMetadata().getLabels()));
        labels.put(SlicePlan.SERVICE, name);
        labels.put(SlicePlan.MANAGED_BY, MANAGER);
        var annotations = new HashMap<String, String>();
        Revisions.annotations(source).forEach((k, v) -> {
            if (!NOT_COPIED.contains(k)) {
                annotations.put(k, v);
            }
        });
        var plan = new SlicePlan(writer, source, MOST, labels, annotations, r -> written.note(key, r));
        plan.apply(mine.stream().filter(s -> "IPv4".equals(s.getAddressType())).toList(), "IPv4", endpoints(source, false), false);
        plan.apply(mine.stream().filter(s -> "IPv6".equals(s.getAddressType())).toList(), "IPv6", endpoints(source, true), false);
        return Optional.empty();
    }

    private static boolean mirrored(Endpoints endpoints) {
        var labels = Numbers.labels(endpoints.getMetadata().getLabels());
        return !"true".equals(labels.get(SKIP)) && !labels.containsKey(ServiceEndpoints.MANAGED_BY) && !Revisions.annotations(endpoints).containsKey(LEADER)
                && !Cache.leaving(endpoints);
    }

    private static Map<List<EndpointPort>, List<Endpoint>> endpoints(Endpoints source, boolean six) {
        var all = new LinkedHashMap<List<EndpointPort>, List<Endpoint>>();
        for (var subset : source.getSubsets()) {
            var ports = subset.getPorts().stream().map(ServiceSlices::port).toList();
            var into = all.computeIfAbsent(ports, k -> new ArrayList<>());
            subset.getAddresses().stream().filter(a -> a.getIp().contains(":") == six).forEach(a -> into.add(endpoint(a, true)));
            subset.getNotReadyAddresses().stream().filter(a -> a.getIp().contains(":") == six).forEach(a -> into.add(endpoint(a, false)));
        }
        return all;
    }

    private static Endpoint endpoint(EndpointAddress address, boolean ready) {
        return new EndpointBuilder().withAddresses(address.getIp()).withNewConditions().withReady(ready).endConditions()
                .withHostname(address.getHostname() == null || address.getHostname().isEmpty() ? null : address.getHostname())
                .withNodeName(address.getNodeName()).withTargetRef(address.getTargetRef()).build();
    }

    @Override
    public void close() {
        loop.close();
    }
}
