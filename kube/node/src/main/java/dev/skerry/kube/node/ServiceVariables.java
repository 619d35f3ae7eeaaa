package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The environment variables that name the Services of a Pod's namespace, and the API, as containers have known them since Docker's links. */
record ServiceVariables(KubernetesClient client) {

    Map<String, String> variables(Pod pod) {
        var namespace = pod.getMetadata().getNamespace();
        var services = new LinkedHashMap<String, Service>();
        Optional.ofNullable(client.services().inNamespace("default").withName("kubernetes").get()).ifPresent(s -> services.put("kubernetes", s));
        if (!Boolean.FALSE.equals(pod.getSpec().getEnableServiceLinks())) {
            client.services().inNamespace(namespace).list().getItems().forEach(s -> services.put(s.getMetadata().getName(), s));
        }
        var variables = new LinkedHashMap<String, String>();
        services.values().forEach(s -> add(variables, s));
        return variables;
    }

    private static void add(Map<String, String> variables, Service service) {
        var address = Optional.ofNullable(service.getSpec().getClusterIP()).orElse("");
        var ports = service.getSpec().getPorts();
        if (address.isEmpty() || address.equals("None") || ports.isEmpty()) {
            return;
        }
        var name = word(service.getMetadata().getName());
        variables.put(name + "_SERVICE_HOST", address);
        variables.put(name + "_SERVICE_PORT", ports.getFirst().getPort().toString());
        for (var port : ports) {
            if (port.getName() != null && !port.getName().isEmpty()) {
                variables.put(name + "_SERVICE_PORT_" + word(port.getName()), port.getPort().toString());
            }
        }
        boolean first = true;
        for (var port : ports) {
            var protocol = Optional.ofNullable(port.getProtocol()).orElse("TCP");
            var url = protocol.toLowerCase(Locale.ROOT) + "://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + port.getPort();
            if (first) {
                variables.put(name + "_PORT", url);
                first = false;
            }
            var prefix = name + "_PORT_" + port.getPort() + "_" + protocol.toUpperCase(Locale.ROOT);
            variables.put(prefix, url);
            variables.put(prefix + "_PROTO", protocol.toLowerCase(Locale.ROOT));
            variables.put(prefix + "_PORT", port.getPort().toString());
            variables.put(prefix + "_ADDR", address);
        }
    }

    private static String word(String name) {
        return name.replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
