package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Spreads endpoints over slices with as few writes as may be: what is there stays where it is, gaps are filled, slices hold a hundred at most. */
final class SlicePlan {

    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    static final String SERVICE = "kubernetes.io/service-name";

    private final Writer writer;
    private final HasMetadata owner;
    private final int most;
    private final Map<String, String> labels;
    private final Map<String, String> annotations;
    private final LongConsumer written;

    SlicePlan(Writer writer, HasMetadata owner, int most, Map<String, String> labels, Map<String, String> annotations, LongConsumer written) {
        this.writer = writer;
        this.owner = owner;
        this.most = most;
        this.labels = labels;
        this.annotations = annotations;
        this.written = written;
    }

    /** @param there all slices of the owner with this type of address @param wished the endpoints by their ports */
    void apply(List<EndpointSlice> there, String addressType, Map<List<EndpointPort>, List<Endpoint>> wished, boolean placeholder) {
        var groups = new LinkedHashMap<>(wished);
        groups.values().removeIf(List::isEmpty);
        if (groups.isEmpty() && placeholder) {
            groups.put(List.of(), List.of());
        }
        var left = new ArrayList<EndpointSlice>(there.stream().filter(s -> !Cache.leaving(s)).toList());
        groups.forEach((ports, endpoints) -> {
            var same = left.stream().filter(s -> ports(s).equals(ports)).toList();
            left.removeAll(same);
            pack(same, addressType, ports, endpoints);
        });
        left.forEach(writer::delete);
    }

    private void pack(List<EndpointSlice> there, String addressType, List<EndpointPort> ports, List<Endpoint> endpoints) {
        var open = new LinkedHashMap<String, Endpoint>();
        endpoints.forEach(e -> open.put(key(e), e));
        var contents = new LinkedHashMap<EndpointSlice, List<Endpoint>>();
        for (var slice : there) {
            var kept = new ArrayList<Endpoint>();
            for (var endpoint : endpoints(slice)) {
                var wanted = open.remove(key(endpoint));
                if (wanted != null) {
                    kept.add(wanted);
                }
            }
            contents.put(slice, kept);
        }
        var rest = new ArrayList<>(open.values());
        contents.forEach((slice, kept) -> {
            while (kept.size() < most && !rest.isEmpty()) {
                kept.add(rest.removeFirst());
            }
        });
        var needed = contents.values().stream().anyMatch(k -> !k.isEmpty()) || !rest.isEmpty();
        var first = true;
        for (var one : contents.entrySet()) {
            if (one.getValue().isEmpty() && (needed || !first)) {
                writer.delete(one.getKey());
            } else {
                update(one.getKey(), one.getValue());
                first = false;
            }
        }
        if (contents.isEmpty() && rest.isEmpty()) {
            create(addressType, ports, List.of());
        }
        for (int i = 0; i < rest.size(); i += most) {
            create(addressType, ports, rest.subList(i, Math.min(rest.size(), i + most)));
        }
    }

    /** One that has none says {@code null}. */
    private static List<EndpointPort> ports(EndpointSlice slice) {
        return slice.getPorts() == null ? List.of() : slice.getPorts();
    }

    private static List<Endpoint> endpoints(EndpointSlice slice) {
        return slice.getEndpoints() == null ? List.of() : slice.getEndpoints();
    }

    private static String key(Endpoint endpoint) {
        var target = endpoint.getTargetRef();
        return (target == null ? "" : target.getUid()) + "/" + String.join(",", endpoint.getAddresses());
    }

    private void update(EndpointSlice slice, List<Endpoint> endpoints) {
        var fields = new HashMap<String, Object>();
        if (!endpoints(slice).equals(endpoints)) {
            fields.put("endpoints", endpoints);
        }
        var metadata = new HashMap<String, Object>();
        if (!Numbers.labels(slice.getMetadata().getLabels()).equals(labels)) {
            var all = new HashMap<String, Object>();
            Numbers.labels(slice.getMetadata().getLabels()).keySet().forEach(k -> all.put(k, com.fasterxml.jackson.databind.node.NullNode.getInstance()));
            all.putAll(labels);
            metadata.put("labels", all);
        }
        if (!fields.isEmpty() || !metadata.isEmpty()) {
            metadata.put("annotations", annotations);
            fields.put("metadata", metadata);
            written.accept(Long.parseLong(writer.merge(slice, fields).getMetadata().getResourceVersion()));
        }
    }

    private void create(String addressType, List<EndpointPort> ports, List<Endpoint> endpoints) {
        var slice = new EndpointSliceBuilder()
                .withNewMetadata().withNamespace(Cache.namespace(owner)).withGenerateName(owner.getMetadata().getName() + "-")
                .withLabels(labels).withAnnotations(annotations).withOwnerReferences(Claims.reference(owner)).endMetadata()
                .withAddressType(addressType).withPorts(ports).withEndpoints(endpoints).build();
        writer.create(slice).ifPresent(s -> written.accept(Long.parseLong(s.getMetadata().getResourceVersion())));
    }
}
