package dev.skerry.kube.proxy;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** From Services and their EndpointSlices to what is reached how. Pure; IPv4 only. */
final class PortRules {

    private static final long AFFINITY = 10_800;

    private PortRules() {}

    /**
     * @param slices those of the Service
     * @param node where we are: a local policy means backends there only
     */
    static List<PortRule> of(Service service, Collection<EndpointSlice> slices, String node) {
        var spec = service.getSpec();
        var address = Optional.ofNullable(spec.getClusterIP()).orElse("");
        if (address.isEmpty() || address.equals("None") || address.contains(":")) {
            return List.of();
        }
        var addresses = new ArrayList<String>(List.of(address));
        Optional.ofNullable(spec.getExternalIPs()).ifPresent(addresses::addAll);
        if (service.getStatus() != null && service.getStatus().getLoadBalancer() != null) {
            service.getStatus().getLoadBalancer().getIngress().stream().map(i -> i.getIp()).filter(i -> i != null).forEach(addresses::add);
        }
        addresses.removeIf(a -> a.contains(":"));
        var rules = new ArrayList<PortRule>();
        for (var port : spec.getPorts()) {
            var all = backends(port, slices, e -> true);
            var local = backends(port, slices, e -> node.equals(e.getNodeName()));
            rules.add(new PortRule(
                    service.getMetadata().getNamespace() + "/" + service.getMetadata().getName() + ":" + text(port.getName()),
                    protocol(port.getProtocol()), addresses, port.getPort(), port.getNodePort() == null ? 0 : port.getNodePort(), affinity(service),
                    "Local".equals(spec.getInternalTrafficPolicy()) ? local : all,
                    "Local".equals(spec.getExternalTrafficPolicy()) ? local : all));
        }
        return rules;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    static String protocol(@Nullable String protocol) {
        return protocol == null ? "tcp" : protocol.toLowerCase(Locale.ROOT);
    }

    private static long affinity(Service service) {
        if (!"ClientIP".equals(service.getSpec().getSessionAffinity())) {
            return 0;
        }
        var config = service.getSpec().getSessionAffinityConfig();
        return config == null || config.getClientIP() == null || config.getClientIP().getTimeoutSeconds() == null ? AFFINITY : config.getClientIP().getTimeoutSeconds();
    }

    /** Those that are ready; where none is, those that end but still answer. */
    private static List<Backend> backends(ServicePort port, Collection<EndpointSlice> slices, Predicate<Endpoint> where) {
        var ready = backends(port, slices, where, PortRules::ready);
        return ready.isEmpty() ? backends(port, slices, where, PortRules::servingToTheEnd) : ready;
    }

    private static List<Backend> backends(ServicePort port, Collection<EndpointSlice> slices, Predicate<Endpoint> where, Predicate<Endpoint> state) {
        var found = new TreeSet<Backend>();
        for (var slice : slices) {
            if (!"IPv4".equals(slice.getAddressType())) {
                continue;
            }
            for (var target : KnownServices.ports(slice)) {
                if (target.getPort() == null || !text(target.getName()).equals(text(port.getName())) || !protocol(target.getProtocol()).equals(protocol(port.getProtocol()))) {
                    continue;
                }
                KnownServices.endpoints(slice).stream().filter(where).filter(state).filter(e -> !e.getAddresses().isEmpty())
                        .forEach(e -> found.add(new Backend(e.getAddresses().getFirst(), target.getPort())));
            }
        }
        return List.copyOf(found);
    }

    static boolean ready(Endpoint endpoint) {
        return endpoint.getConditions() == null || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
    }

    private static boolean servingToTheEnd(Endpoint endpoint) {
        var conditions = endpoint.getConditions();
        return conditions != null && Boolean.TRUE.equals(conditions.getServing()) && Boolean.TRUE.equals(conditions.getTerminating());
    }
}
