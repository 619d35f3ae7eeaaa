package dev.skerry.kube.proxy;

import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;

/** The Services that every Pod counts on: {@code default/kubernetes} and {@code kube-system/kube-dns}. They are made where they lack, and lead to us. */
record OwnServices(KubernetesClient client, ProxyConfig config, KnownServices known) {

    private static final String SERVICE = "kubernetes.io/service-name";

    void ensure(int dnsPort) {
        service("default", "kubernetes", ProxyConfig.API, Map.of("component", "apiserver", "provider", "kubernetes"), List.of(port("https", "TCP", 443, config.apiPort())));
        slice("default", "kubernetes", config.apiEndpoint(), List.of(target("https", "TCP", config.apiPort())));
        service("kube-system", "kube-dns", ProxyConfig.DNS, Map.of("k8s-app", "kube-dns", "kubernetes.io/name", "CoreDNS"),
                List.of(port("dns", "UDP", 53, 53), port("dns-tcp", "TCP", 53, 53)));
        slice("kube-system", "kube-dns", config.gateway(), List.of(target("dns", "UDP", dnsPort), target("dns-tcp", "TCP", dnsPort)));
    }

    private static ServicePort port(String name, String protocol, int port, int target) {
        return new ServicePortBuilder().withName(name).withProtocol(protocol).withPort(port).withNewTargetPort(target).build();
    }

    private static EndpointPort target(String name, String protocol, int port) {
        return new EndpointPortBuilder().withName(name).withProtocol(protocol).withPort(port).build();
    }

    private void service(String namespace, String name, String address, Map<String, String> labels, List<ServicePort> ports) {
        if (known.service(namespace, name).isPresent()) {
            return;
        }
        if (client.namespaces().withName(namespace).get() == null) {
            unlessThere(() -> client.resource(new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build()).create());
        }
        unlessThere(() -> client.resource(new ServiceBuilder().withNewMetadata().withName(name).withNamespace(namespace).withLabels(labels).endMetadata()
                .withNewSpec().withClusterIP(address).withPorts(ports).withSessionAffinity("None").withInternalTrafficPolicy("Local").withType("ClusterIP").endSpec().build()).create());
    }

    /** The first node's slice has the Service's own name, as clients expect it; where several nodes share a store, each leads its own Pods to itself by another one. */
    private void slice(String namespace, String service, String address, List<EndpointPort> ports) {
        var plain = known.slices(namespace, service).stream().filter(s -> s.getMetadata().getName().equals(service)).findFirst();
        var name = plain.isEmpty() || KnownServices.endpoints(plain.get()).stream().allMatch(e -> config.nodeName().equals(e.getNodeName())) ? service : service + "-" + config.nodeName();
        var wanted = new EndpointSliceBuilder().withNewMetadata().withName(name).withNamespace(namespace).withLabels(Map.of(SERVICE, service)).endMetadata()
                .withAddressType("IPv4").withPorts(ports).addNewEndpoint().withNodeName(config.nodeName()).withAddresses(address)
                .withNewConditions().withReady(true).endConditions().endEndpoint().build();
        if (known.slices(namespace, service).stream().anyMatch(s -> s.getMetadata().getName().equals(name) && same(s, wanted))) {
            return;
        }
        var slices = client.discovery().v1().endpointSlices().inNamespace(namespace);
        var there = slices.withName(name).get();
        if (there == null) {
            unlessThere(() -> client.resource(wanted).create());
        } else if (!same(there, wanted)) {
            there.setPorts(wanted.getPorts());
            there.setEndpoints(wanted.getEndpoints());
            client.resource(there).update();
        }
        if (name.equals(service)) {
            endpoints(namespace, service, address, ports);
        }
    }

    /** The old form of the same, for old clients; nobody need make a slice of it. */
    private void endpoints(String namespace, String service, String address, List<EndpointPort> ports) {
        var wanted = new EndpointsBuilder().withNewMetadata().withName(service).withNamespace(namespace).addToLabels("endpointslice.kubernetes.io/skip-mirror", "true").endMetadata()
                .addNewSubset().addNewAddress().withIp(address).endAddress()
                .withPorts(ports.stream().map(p -> new io.fabric8.kubernetes.api.model.EndpointPortBuilder().withName(p.getName()).withPort(p.getPort()).withProtocol(p.getProtocol()).build()).toList())
                .endSubset().build();
        var there = client.endpoints().inNamespace(namespace).withName(service).get();
        if (there == null) {
            unlessThere(() -> client.resource(wanted).create());
        } else {
            there.setSubsets(wanted.getSubsets());
            client.resource(there).update();
        }
    }

    private static boolean same(EndpointSlice there, EndpointSlice wanted) {
        return KnownServices.ports(there).equals(wanted.getPorts()) && KnownServices.endpoints(there).size() == 1
                && KnownServices.endpoints(there).getFirst().getAddresses().equals(wanted.getEndpoints().getFirst().getAddresses());
    }

    private static void unlessThere(Runnable creating) {
        try {
            creating.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }
}
