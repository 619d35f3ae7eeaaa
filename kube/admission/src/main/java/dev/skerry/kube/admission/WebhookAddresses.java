package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.store.ObjectStore;
import java.net.URI;
import java.util.Optional;

/** Where a webhook is: its URL, or an address of its service. */
final class WebhookAddresses {

    private static final int HTTPS = 443;

    private final ObjectStore store;

    WebhookAddresses(ObjectStore store) {
        this.store = store;
    }

    /** @param real where to connect @param shown what messages tell @param serverName whom the certificate must be for */
    record Address(URI real, URI shown, String serverName) {}

    Address find(JsonNode config) throws WebhookClient.CallException {
        var url = config.path("url").asText("");
        try {
            if (!url.isEmpty()) {
                var uri = URI.create(url);
                var host = uri.getHost() == null ? "" : uri.getHost().replace("[", "").replace("]", "");
                return new Address(uri, uri, host);
            }
            return service(config.path("service"));
        } catch (IllegalArgumentException e) {
            throw new WebhookClient.CallException("could not get REST client: " + e.getMessage());
        }
    }

    private Address service(JsonNode reference) throws WebhookClient.CallException {
        var namespace = reference.path("namespace").asText();
        var name = reference.path("name").asText();
        var port = reference.path("port").asInt(HTTPS);
        var path = reference.path("path").asText("");
        var tail = path.isEmpty() || path.startsWith("/") ? path : "/" + path;
        var serverName = name + "." + namespace + ".svc";
        var shown = URI.create("https://" + serverName + ":" + port + tail);
        var service = store.get("/core/services/" + namespace + "/" + name).map(e -> Followed.parse(e.value()))
                .orElseThrow(() -> new WebhookClient.CallException("failed to call webhook: Post \"" + shown + "\": service \"" + name + "\" not found"));
        var real = endpoint(service, namespace, name, port).or(() -> address(service, port))
                .orElseThrow(() -> new WebhookClient.CallException("failed to call webhook: Post \"" + shown + "\": no endpoints available for service \"" + name + "\""));
        return new Address(URI.create("https://" + real + tail), shown, serverName);
    }

    /** A ready address behind the service: works where nothing forwards service addresses. */
    private Optional<String> endpoint(JsonNode service, String namespace, String name, int port) {
        JsonNode wanted = null;
        for (var one : service.path("spec").path("ports")) {
            wanted = one.path("port").asInt() == port ? one : wanted;
        }
        if (wanted == null) {
            return Optional.empty();
        }
        var portName = wanted.path("name").asText("");
        try {
            for (var entry : store.list("/discovery.k8s.io/endpointslices/" + namespace + "/", "", 0, 0).entries()) {
                var slice = Followed.parse(entry.value());
                if (!slice.path("metadata").path("labels").path("kubernetes.io/service-name").asText("").equals(name)) {
                    continue;
                }
                for (var slicePort : slice.path("ports")) {
                    for (var endpoint : slice.path("endpoints")) {
                        if (slicePort.path("name").asText("").equals(portName) && endpoint.path("conditions").path("ready").asBoolean(true) && !endpoint.path("addresses").isEmpty()) {
                            return Optional.of(host(endpoint.path("addresses").path(0).asText()) + ":" + slicePort.path("port").asInt());
                        }
                    }
                }
            }
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
        return Optional.empty();
    }

    private static Optional<String> address(JsonNode service, int port) {
        var spec = service.path("spec");
        var external = spec.path("externalName").asText("");
        if (spec.path("type").asText("").equals("ExternalName") && !external.isEmpty()) {
            return Optional.of(external + ":" + port);
        }
        var cluster = spec.path("clusterIP").asText("");
        return cluster.isEmpty() || cluster.equals("None") ? Optional.empty() : Optional.of(host(cluster) + ":" + port);
    }

    private static String host(String address) {
        return address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    }
}
