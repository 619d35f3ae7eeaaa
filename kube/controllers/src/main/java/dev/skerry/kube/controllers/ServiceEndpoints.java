package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointAddressBuilder;
import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.EndpointSubsetBuilder;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells in Endpoints, the older form, where the Pods of each Service are; at most a thousand of them. */
final class ServiceEndpoints implements Controller {

    static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String MANAGER = "endpoint-controller";
    private static final String OVER = "endpoints.kubernetes.io/over-capacity";
    private static final int MOST = 1000;

    private final Writer writer;
    private final Cache<Service> services;
    private final Cache<Pod> pods;
    private final Cache<Endpoints> endpoints;
    private final Written written;
    private final ControlLoop loop;

    ServiceEndpoints(Writer writer, Cache<Service> services, Cache<Pod> pods, Cache<Endpoints> endpoints) {
        this.writer = writer;
        this.services = services;
        this.pods = pods;
        this.endpoints = endpoints;
        this.written = new Written(endpoints);
        this.loop = new ControlLoop("endpoints", 1, this::reconcile);
        services.onChange(s -> loop.add(Cache.key(s)));
        pods.onChange(p -> services.inNamespace(Cache.namespace(p)).stream().filter(s -> Backends.selects(s, p)).forEach(s -> loop.add(Cache.key(s))));
        endpoints.onChange(e -> {
            if (Numbers.labels(e.getMetadata().getLabels()).containsKey(MANAGED_BY)) {
                loop.add(Cache.key(e));
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
        var there = endpoints.find(key);
        var found = services.find(key).filter(s -> !Cache.leaving(s));
        if (found.isEmpty()) {
            there.filter(e -> Numbers.labels(e.getMetadata().getLabels()).containsKey(MANAGED_BY)).ifPresent(writer::delete);
            return Optional.empty();
        }
        var service = found.get();
        if (!Backends.hasSelector(service)) {
            return Optional.empty();
        }
        var anyway = Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses());
        var behind = pods.inNamespace(Cache.namespace(service)).stream().filter(p -> Backends.selects(service, p) && Backends.told(p, anyway))
                .sorted(Comparator.comparing((Pod p) -> p.getStatus().getPodIP()).thenComparing(p -> p.getMetadata().getUid())).limit(MOST).toList();
        write(service, there, behind, subsets(service, behind, anyway), key);
        return Optional.empty();
    }

    private static List<EndpointSubset> subsets(Service service, List<Pod> behind, boolean anyway) {
        var six = !service.getSpec().getIpFamilies().isEmpty() && service.getSpec().getIpFamilies().getFirst().equals("IPv6");
        var good = new LinkedHashMap<List<EndpointPort>, List<EndpointAddress>>();
        var bad = new HashMap<List<EndpointPort>, List<EndpointAddress>>();
        for (var pod : behind) {
            var addresses = Backends.addresses(pod, six);
            var ports = Backends.ports(service, pod);
            if (addresses.isEmpty() || ports.isEmpty() && !service.getSpec().getPorts().isEmpty()) {
                continue;
            }
            var address = new EndpointAddressBuilder().withIp(addresses.getFirst()).withTargetRef(Backends.reference(pod));
            if (!PodState.node(pod).isEmpty()) {
                address.withNodeName(PodState.node(pod));
            }
            Backends.hostname(service, pod).ifPresent(address::withHostname);
            ports.forEach(p -> p.setName(p.getName().isEmpty() ? null : p.getName()));
            var ready = anyway || PodState.ready(pod);
            var serving = good.computeIfAbsent(ports, k -> new ArrayList<>());
            var waiting = bad.computeIfAbsent(ports, k -> new ArrayList<>());
            (ready ? serving : waiting).add(address.build());
        }
        var subsets = new ArrayList<EndpointSubset>();
        good.forEach((ports, addresses) -> subsets.add(new EndpointSubsetBuilder().withAddresses(addresses)
                .withNotReadyAddresses(bad.getOrDefault(ports, List.of())).withPorts(ports).build()));
        return subsets;
    }

    private void write(Service service, Optional<Endpoints> there, List<Pod> behind, List<EndpointSubset> subsets, String key) {
        var labels = new HashMap<>(Numbers.labels(service.getMetadata().getLabels()));
        labels.remove(Backends.HEADLESS);
        if (Backends.headless(service)) {
            labels.put(Backends.HEADLESS, "");
        }
        labels.put(MANAGED_BY, MANAGER);
        var annotations = new HashMap<String, String>();
        annotations.put(Backends.CHANGED, Backends.changed(service, behind));
        if (behind.size() == MOST) {
            annotations.put(OVER, "truncated");
        }
        if (there.isEmpty()) {
            var made = new EndpointsBuilder().withNewMetadata().withNamespace(Cache.namespace(service)).withName(service.getMetadata().getName())
                    .withLabels(labels).withAnnotations(annotations).endMetadata().withSubsets(subsets).build();
            try {
                writer.create(made).ifPresent(e -> written.note(key, e));
            } catch (KubernetesClientException e) {
                if (!NewPods.namespaceLeaves(e)) {
                    throw e;
                }
            }
            return;
        }
        var now = there.get();
        if (now.getSubsets().equals(subsets) && Numbers.labels(now.getMetadata().getLabels()).equals(labels)) {
            return;
        }
        var metadata = new HashMap<String, Object>();
        metadata.put("annotations", annotations);
        metadata.put("labels", labels);
        written.note(key, writer.merge(now, Map.of("metadata", metadata, "subsets", subsets)));
    }

    @Override
    public void close() {
        loop.close();
    }
}
