package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.store.ObjectStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Gives services their addresses and node ports. One service at a time, and what others have is read from the store. */
final class ServiceAddresses {

    private static final String PREFIX = "/core/services/";
    private static final int ADDRESSES = 65_000;
    /** The first few are kept for the API itself and the DNS. */
    private static final int FIRST_ADDRESS = 20;
    private static final int FIRST_PORT = 30_000;
    private static final int LAST_PORT = 32_767;

    private final ObjectStore store;

    ServiceAddresses(ObjectStore store) {
        this.store = store;
    }

    /** What an update leaves out of what was allocated stays. */
    static void keep(ObjectNode service, ObjectNode live) {
        var spec = service.withObject("/spec");
        var before = live.path("spec");
        var type = spec.path("type").asText("");
        if (type.equals("ExternalName")) {
            spec.remove(List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy", "healthCheckNodePort"));
            if (!before.path("type").asText("").equals("ExternalName")) {
                spec.path("ports").forEach(p -> ((ObjectNode) p).remove("nodePort"));
            }
            return;
        }
        for (var field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
            if ((spec.path(field).isMissingNode() || spec.path(field).asText("x").isEmpty()) && before.has(field)) {
                spec.set(field, before.path(field).deepCopy());
            }
        }
        if (!type.equals("NodePort") && !type.equals("LoadBalancer")) {
            var had = Set.of("NodePort", "LoadBalancer").contains(before.path("type").asText(""));
            if (had) {
                spec.path("ports").forEach(p -> ((ObjectNode) p).remove("nodePort"));
                spec.remove("healthCheckNodePort");
            }
            return;
        }
        for (var port : spec.path("ports")) {
            if (port.path("nodePort").asInt() == 0) {
                for (var old : before.path("ports")) {
                    if (old.path("port").equals(port.path("port")) && old.path("protocol").equals(port.path("protocol")) && old.has("nodePort")) {
                        ((ObjectNode) port).set("nodePort", old.path("nodePort"));
                    }
                }
            }
        }
        if (healthChecked(spec) && before.has("healthCheckNodePort") && !spec.has("healthCheckNodePort")) {
            spec.set("healthCheckNodePort", before.path("healthCheckNodePort"));
        }
    }

    private static boolean healthChecked(JsonNode spec) {
        return spec.path("type").asText("").equals("LoadBalancer") && spec.path("externalTrafficPolicy").asText("").equals("Local");
    }

    void allocate(ResourceType type, ObjectNode service) throws Failure {
        var spec = service.withObject("/spec");
        if (spec.path("type").asText("").equals("ExternalName")) {
            return;
        }
        var headless = spec.path("clusterIP").asText("").equals("None");
        if (!(headless && spec.path("selector").isEmpty())) {
            oneFamily(type, service, spec);
        }
        var single = !spec.has("ipFamilyPolicy");
        if (single) {
            spec.put("ipFamilyPolicy", headless && spec.path("selector").isEmpty() ? "RequireDualStack" : "SingleStack");
        }
        if (spec.path("ipFamilies").isEmpty()) {
            spec.putArray("ipFamilies").add("IPv4");
            if (headless && spec.path("ipFamilyPolicy").asText().equals("RequireDualStack")) {
                spec.withArray("ipFamilies").add("IPv6");
            }
        }
        var taken = new HashSet<String>();
        var ports = new HashSet<Integer>();
        others(service, taken, ports);
        address(type, service, spec, taken);
        if (Set.of("NodePort", "LoadBalancer").contains(spec.path("type").asText("")) && spec.path("allocateLoadBalancerNodePorts").asBoolean(true)) {
            ports(type, service, spec, ports);
        }
        if (healthChecked(spec) && spec.path("healthCheckNodePort").asInt() == 0) {
            spec.put("healthCheckNodePort", free(ports));
        }
    }

    /** There are addresses of one family only. */
    private static void oneFamily(ResourceType type, ObjectNode service, ObjectNode spec) throws Failure {
        var causes = new java.util.ArrayList<Cause>();
        if (spec.path("ipFamilyPolicy").asText("").equals("RequireDualStack")) {
            causes.add(new Cause("FieldValueInvalid", "Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services", "spec.ipFamilyPolicy"));
        }
        for (int i = 0; i < spec.path("ipFamilies").size(); i++) {
            if (spec.path("ipFamilies").get(i).asText().equals("IPv6")) {
                causes.add(new Cause("FieldValueInvalid", "Invalid value: \"IPv6\": not configured on this cluster", "spec.ipFamilies[" + i + "]"));
            }
        }
        if (causes.isEmpty() && spec.path("clusterIP").asText("").contains(":")) {
            var shown = spec.path("clusterIPs").isEmpty() ? "[\"" + spec.path("clusterIP").asText() + "\"]" : spec.path("clusterIPs").toString();
            causes.add(new Cause("FieldValueInvalid", "Invalid value: " + shown + ": IPv6 is not configured on this cluster", "spec.clusterIPs[0]"));
        }
        if (!causes.isEmpty()) {
            throw Failure.invalid(type, service.path("metadata").path("name").asText(), causes);
        }
    }

    private void others(ObjectNode service, Set<String> addresses, Set<Integer> ports) throws Failure {
        var own = service.path("metadata");
        try {
            for (var entry : store.list(PREFIX, "", 0, 0).entries()) {
                if (entry.key().equals(PREFIX + own.path("namespace").asText() + "/" + own.path("name").asText())) {
                    continue;
                }
                var spec = Bodies.stored(entry.value()).path("spec");
                spec.path("clusterIPs").forEach(a -> addresses.add(a.asText()));
                addresses.add(spec.path("clusterIP").asText(""));
                spec.path("ports").forEach(p -> ports.add(p.path("nodePort").asInt()));
                ports.add(spec.path("healthCheckNodePort").asInt());
            }
        } catch (ObjectStore.CompactedException e) {
            throw Failure.internal("the newest state was compacted");
        }
    }

    private static void address(ResourceType type, ObjectNode service, ObjectNode spec, Set<String> taken) throws Failure {
        var wished = spec.path("clusterIP").asText("");
        if (wished.isEmpty() && !spec.path("clusterIPs").isEmpty()) {
            wished = spec.path("clusterIPs").path(0).asText();
            spec.put("clusterIP", wished);
        }
        if (!wished.isEmpty()) {
            if (!wished.equals("None")) {
                checkAddress(type, service, wished, taken);
            }
            if (spec.path("clusterIPs").isEmpty()) {
                spec.putArray("clusterIPs").add(wished);
            }
            return;
        }
        for (int i = FIRST_ADDRESS; i < ADDRESSES; i++) {
            var address = "10.96." + i / 256 + "." + i % 256;
            if (!taken.contains(address)) {
                spec.put("clusterIP", address);
                spec.putArray("clusterIPs").add(address);
                return;
            }
        }
        throw Failure.internal("failed to allocate a serviceIP: range is full");
    }

    private static void checkAddress(ResourceType type, ObjectNode service, String wished, Set<String> taken) throws Failure {
        var why = taken.contains(wished) ? "provided IP is already allocated"
                : wished.matches("[0-9.]+") && !wished.startsWith("10.96.") ? "the provided IP (" + wished + ") is not in the valid range. The range of valid IPs is 10.96.0.0/16" : "";
        if (!why.isEmpty()) {
            var shown = "[\"" + wished + "\"]";
            throw Failure.invalid(type, service.path("metadata").path("name").asText(),
                    List.of(new Cause("FieldValueInvalid", "Invalid value: " + shown + ": failed to allocate IP " + wished + ": " + why, "spec.clusterIPs")));
        }
    }

    private static void ports(ResourceType type, ObjectNode service, ObjectNode spec, Set<Integer> taken) throws Failure {
        var i = 0;
        for (var port : spec.path("ports")) {
            var wished = port.path("nodePort").asInt();
            if (wished == 0) {
                ((ObjectNode) port).put("nodePort", free(taken));
            } else if (wished < FIRST_PORT || wished > LAST_PORT || !taken.add(wished) && !sharedBefore(spec, i, wished)) {
                var why = wished < FIRST_PORT || wished > LAST_PORT
                        ? "provided port is not in the valid range. The range of valid ports is " + FIRST_PORT + "-" + LAST_PORT : "provided port is already allocated";
                throw Failure.invalid(type, service.path("metadata").path("name").asText(),
                        List.of(new Cause("FieldValueInvalid", "Invalid value: " + wished + ": " + why, "spec.ports[" + i + "].nodePort")));
            }
            i++;
        }
    }

    /** Two ports of one service may share a number if their protocols differ. */
    private static boolean sharedBefore(ObjectNode spec, int before, int number) {
        for (int i = 0; i < before; i++) {
            var other = spec.path("ports").path(i);
            if (other.path("nodePort").asInt() == number && !other.path("protocol").equals(spec.path("ports").path(before).path("protocol"))) {
                return true;
            }
        }
        return false;
    }

    private static int free(Set<Integer> taken) throws Failure {
        for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
            if (taken.add(port)) {
                return port;
            }
        }
        throw Failure.internal("failed to allocate a nodePort: range is full");
    }
}
