package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells in EndpointSlices where the Pods of each Service are, and whether they serve. */
final class ServiceSlices implements Controller {

    static final String MANAGER = "endpointslice-controller.k8s.io";
    private static final int MOST = 100;
    private static final String ZONE = "topology.kubernetes.io/zone";

    private final Writer writer;
    private final Cache<Service> services;
    private final Cache<Pod> pods;
    private final Cache<Node> nodes;
    private final Cache<EndpointSlice> slices;
    private final Written written;
    private final ControlLoop loop;

    ServiceSlices(Writer writer, Cache<Service> services, Cache<Pod> pods, Cache<Node> nodes, Cache<EndpointSlice> slices) {
        this.writer = writer;
        this.services = services;
        this.pods = pods;
        this.nodes = nodes;
        this.slices = slices;
        this.written = new Written(slices);
        this.loop = new ControlLoop("endpointslices", 1, this::reconcile);
        services.onChange(s -> loop.add(Cache.key(s)));
        pods.onChange(p -> services.inNamespace(Cache.namespace(p)).stream().filter(s -> Backends.selects(s, p)).forEach(s -> loop.add(Cache.key(s))));
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
        var found = services.find(key).filter(s -> !Cache.leaving(s));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (!written.shown(key)) {
            return Optional.of(Written.SOON);
        }
        var service = found.get();
        var mine = slices.inNamespace(Cache.namespace(service)).stream()
                .filter(s -> MANAGER.equals(Numbers.labels(s.getMetadata().getLabels()).get(SlicePlan.MANAGED_BY))
                        && service.getMetadata().getName().equals(Numbers.labels(s.getMetadata().getLabels()).get(SlicePlan.SERVICE)))
                .toList();
        if (!Backends.hasSelector(service)) {
            mine.stream().filter(s -> Cache.controllerOf(s).filter(c -> c.getUid().equals(service.getMetadata().getUid())).isPresent()).forEach(writer::delete);
            return Optional.empty();
        }
        var behind = pods.inNamespace(Cache.namespace(service)).stream().filter(p -> Backends.selects(service, p) && Backends.told(p, true)).toList();
        var plan = new SlicePlan(writer, service, MOST, labels(service), Map.of(Backends.CHANGED, Backends.changed(service, behind)), r -> written.note(key, r));
        try {
            var families = service.getSpec().getIpFamilies().isEmpty() ? List.of("IPv4") : service.getSpec().getIpFamilies();
            for (var family : families) {
                plan.apply(mine.stream().filter(s -> family.equals(s.getAddressType())).toList(), family, endpoints(service, behind, family.equals("IPv6")), true);
            }
            mine.stream().filter(s -> !families.contains(s.getAddressType())).forEach(writer::delete);
        } catch (KubernetesClientException e) {
            if (!NewPods.namespaceLeaves(e)) {
                throw e;
            }
        }
        return Optional.empty();
    }

    private static Map<String, String> labels(Service service) {
        var labels = new HashMap<String, String>();
        Numbers.labels(service.getMetadata().getLabels()).forEach((k, v) -> {
            if (!k.equals(SlicePlan.MANAGED_BY) && !k.equals(SlicePlan.SERVICE) && !k.equals(Backends.HEADLESS)) {
                labels.put(k, v);
            }
        });
        if (Backends.headless(service)) {
            labels.put(Backends.HEADLESS, "");
        }
        labels.put(SlicePlan.SERVICE, service.getMetadata().getName());
        labels.put(SlicePlan.MANAGED_BY, MANAGER);
        return labels;
    }

    private Map<List<EndpointPort>, List<Endpoint>> endpoints(Service service, List<Pod> behind, boolean six) {
        var all = new LinkedHashMap<List<EndpointPort>, List<Endpoint>>();
        for (var pod : behind) {
            var addresses = Backends.addresses(pod, six);
            if (!addresses.isEmpty()) {
                var ports = Backends.ports(service, pod).stream().map(ServiceSlices::port).toList();
                all.computeIfAbsent(ports, k -> new ArrayList<>()).add(endpoint(service, pod, addresses));
            }
        }
        return all;
    }

    static EndpointPort port(io.fabric8.kubernetes.api.model.EndpointPort port) {
        return new EndpointPortBuilder().withName(port.getName() == null ? "" : port.getName()).withPort(port.getPort())
                .withProtocol(port.getProtocol() == null ? "TCP" : port.getProtocol()).withAppProtocol(port.getAppProtocol()).build();
    }

    private Endpoint endpoint(Service service, Pod pod, List<String> addresses) {
        var serving = PodState.ready(pod);
        var anyway = Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses());
        var builder = new EndpointBuilder().withAddresses(addresses)
                .withNewConditions().withReady(anyway || serving && !Cache.leaving(pod)).withServing(serving).withTerminating(Cache.leaving(pod)).endConditions()
                .withTargetRef(Backends.reference(pod));
        if (!PodState.node(pod).isEmpty()) {
            builder.withNodeName(PodState.node(pod));
            nodes.find(PodState.node(pod)).map(n -> Numbers.labels(n.getMetadata().getLabels()).get(ZONE)).ifPresent(builder::withZone);
        }
        Backends.hostname(service, pod).ifPresent(builder::withHostname);
        return builder.build();
    }

    @Override
    public void close() {
        loop.close();
    }
}
