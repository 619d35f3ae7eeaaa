package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The Pods behind a Service, as its Endpoints and slices tell of them. Pure. */
final class Backends {

    static final String HEADLESS = "service.kubernetes.io/headless";
    static final String CHANGED = "endpoints.kubernetes.io/last-change-trigger-time";

    private Backends() {}

    /** Whether a Pod is to be told of at all. */
    static boolean told(Pod pod, boolean leavingToo) {
        return !PodState.finished(pod) && pod.getStatus() != null && pod.getStatus().getPodIP() != null && !pod.getStatus().getPodIP().isEmpty()
                && (leavingToo || !Cache.leaving(pod));
    }

    static boolean selects(Service service, Pod pod) {
        var selector = service.getSpec().getSelector();
        return selector != null && !selector.isEmpty() && Numbers.labels(pod.getMetadata().getLabels()).entrySet().containsAll(selector.entrySet());
    }

    static boolean hasSelector(Service service) {
        return service.getSpec() != null && service.getSpec().getSelector() != null && !service.getSpec().getSelector().isEmpty()
                && !"ExternalName".equals(service.getSpec().getType());
    }

    static boolean headless(Service service) {
        return "None".equals(service.getSpec().getClusterIP());
    }

    /** The Pod's addresses of one family. */
    static List<String> addresses(Pod pod, boolean six) {
        var all = pod.getStatus().getPodIPs().isEmpty() ? Stream.of(pod.getStatus().getPodIP()) : pod.getStatus().getPodIPs().stream().map(i -> i.getIp());
        return all.filter(ip -> ip.contains(":") == six).toList();
    }

    /** The Service's ports as this Pod serves them; a name that it does not know leaves one out. */
    static List<EndpointPort> ports(Service service, Pod pod) {
        var ports = new ArrayList<EndpointPort>();
        for (var port : service.getSpec().getPorts()) {
            var number = number(port, pod);
            if (number.isPresent()) {
                ports.add(new EndpointPortBuilder().withName(port.getName() == null ? "" : port.getName()).withPort(number.get())
                        .withProtocol(port.getProtocol() == null ? "TCP" : port.getProtocol()).withAppProtocol(port.getAppProtocol()).build());
            }
        }
        return ports;
    }

    private static Optional<Integer> number(ServicePort port, Pod pod) {
        var target = port.getTargetPort();
        if (target == null) {
            return Optional.of(port.getPort());
        }
        if (target.getStrVal() == null) {
            return Optional.of(target.getIntVal() == null || target.getIntVal() == 0 ? port.getPort() : target.getIntVal());
        }
        var protocol = port.getProtocol() == null ? "TCP" : port.getProtocol();
        var lasting = pod.getSpec().getInitContainers().stream().filter(c -> "Always".equals(c.getRestartPolicy()));
        return Stream.concat(pod.getSpec().getContainers().stream(), lasting).flatMap(c -> c.getPorts().stream())
                .filter(p -> target.getStrVal().equals(p.getName()) && protocol.equals(p.getProtocol() == null ? "TCP" : p.getProtocol()))
                .map(p -> p.getContainerPort()).findFirst();
    }

    static ObjectReference reference(Pod pod) {
        return new ObjectReferenceBuilder().withKind("Pod").withNamespace(Cache.namespace(pod)).withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid()).build();
    }

    /** The name by which a headless Service makes the Pod known, if it has one. */
    static Optional<String> hostname(Service service, Pod pod) {
        var named = service.getMetadata().getName().equals(pod.getSpec().getSubdomain()) && pod.getSpec().getHostname() != null;
        return named ? Optional.of(pod.getSpec().getHostname()) : Optional.empty();
    }

    /** When the newest of these last changed for others. */
    static String changed(Service service, Collection<Pod> pods) {
        var times = pods.stream().map(p -> PodState.condition(p, "Ready").map(c -> c.getLastTransitionTime()).orElse(p.getMetadata().getCreationTimestamp()));
        return Stream.concat(times, Stream.of(service.getMetadata().getCreationTimestamp())).map(Instant::parse)
                .max(Comparator.naturalOrder()).map(Condition::seconds).orElseThrow();
    }
}
