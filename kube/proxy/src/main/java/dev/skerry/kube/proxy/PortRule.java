package dev.skerry.kube.proxy;

import java.util.List;

/**
 * One port of a Service, ready to become rules.
 *
 * @param service namespace, name and port name
 * @param protocol {@code tcp}, {@code udp} or {@code sctp}
 * @param addresses by which it is reached, the cluster address first
 * @param nodePort 0 if it has none
 * @param affinitySeconds 0 if a client may meet another backend each time
 * @param backends in order
 * @param outside those for clients from outside of the cluster, where these differ
 */
record PortRule(String service, String protocol, List<String> addresses, int port, int nodePort, long affinitySeconds, List<Backend> backends, List<Backend> outside) {

    PortRule {
        addresses = List.copyOf(addresses);
        backends = List.copyOf(backends);
        outside = List.copyOf(outside);
    }
}
