package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The {@code Node} of this machine: made at the start, told of changes at once, else each five minutes to spare the disk. */
final class NodeObject {

    private static final System.Logger LOG = System.getLogger(NodeObject.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration REPEAT = Duration.ofMinutes(5);
    private static final int PODS = 110;
    private static final int KUBELET_PORT = 10250;
    private static final PatchContext PATCH = new PatchContext.Builder().withPatchType(PatchType.STRATEGIC_MERGE).withFieldManager("kubelet").build();

    private final KubernetesClient client;
    private final NodeConfig config;
    private final String hostIp;
    private final InstantSource clock;
    private String told = "";
    private @Nullable Instant toldAt;

    NodeObject(KubernetesClient client, NodeConfig config, String hostIp) {
        this.client = client;
        this.config = config;
        this.hostIp = hostIp;
        this.clock = config.clock();
    }

    /** @param fault why no Pod can run here; empty if all is well */
    synchronized void tell(Optional<String> fault, String runtimeVersion, String podCidr, Evictions.Pressure pressure) {
        var now = clock.instant();
        var text = fault.orElse("") + runtimeVersion + podCidr + pressure;
        if (text.equals(told) && toldAt != null && Duration.between(toldAt, now).compareTo(REPEAT) < 0) {
            return;
        }
        try {
            var nodes = client.nodes().withName(config.nodeName());
            var there = nodes.get();
            if (there == null) {
                there = create();
            }
            if (!podCidr.isEmpty() && there.getSpec() != null && there.getSpec().getPodCIDR() == null) {
                nodes.patch(PATCH, JSON.writeValueAsString(Map.of("spec", Map.of("podCIDR", podCidr, "podCIDRs", List.of(podCidr)))));
            }
            nodes.subresource("status").patch(PATCH, JSON.writeValueAsString(Map.of("status", status(there, fault, runtimeVersion, pressure, now))));
            told = text;
            toldAt = now;
        } catch (KubernetesClientException | IOException e) {
            LOG.log(WARNING, "node {0}: status not written: {1}", config.nodeName(), e.getMessage());
        }
    }

    private Node create() {
        var node = new NodeBuilder().withNewMetadata().withName(config.nodeName())
                .addToLabels("kubernetes.io/hostname", config.nodeName())
                .addToLabels("kubernetes.io/os", "linux")
                .addToLabels("kubernetes.io/arch", architecture())
                .addToLabels("beta.kubernetes.io/os", "linux")
                .addToLabels("beta.kubernetes.io/arch", architecture())
                .endMetadata().withNewSpec().endSpec().build();
        try {
            return client.resource(node).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return client.nodes().withName(config.nodeName()).require();
            }
            throw e;
        }
    }

    private Map<String, Object> status(Node there, Optional<String> fault, String runtimeVersion, Evictions.Pressure pressure, Instant now) throws IOException {
        var capacity = new LinkedHashMap<String, String>();
        capacity().forEach((k, v) -> capacity.put(k, v.toString()));
        var conditions = new ArrayList<Map<String, String>>();
        conditions.add(condition(there, "MemoryPressure", pressure.memory(),
                pressure.memory() ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory",
                pressure.memory() ? "kubelet has insufficient memory available" : "kubelet has sufficient memory available", now));
        conditions.add(condition(there, "DiskPressure", pressure.disk(),
                pressure.disk() ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure",
                pressure.disk() ? "kubelet has disk pressure" : "kubelet has no disk pressure", now));
        conditions.add(condition(there, "PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available", now));
        conditions.add(condition(there, "Ready", fault.isEmpty(), fault.isEmpty() ? "KubeletReady" : "KubeletNotReady", fault.orElse("kubelet is posting ready status"), now));
        return Map.of(
                "capacity", capacity,
                "allocatable", capacity,
                "conditions", conditions,
                // By convention: nothing listens there, streams come through the API.
                "daemonEndpoints", Map.of("kubeletEndpoint", Map.of("Port", KUBELET_PORT)),
                "addresses", List.of(Map.of("type", "InternalIP", "address", hostIp), Map.of("type", "Hostname", "address", config.nodeName())),
                "nodeInfo", info(runtimeVersion));
    }

    private static Map<String, String> condition(Node there, String type, boolean holds, String reason, String message, Instant now) {
        var value = holds ? "True" : "False";
        var time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        var before = there.getStatus() == null
                ? Optional.<NodeCondition>empty()
                : there.getStatus().getConditions().stream().filter(c -> c.getType().equals(type) && c.getStatus().equals(value)).findFirst();
        return Map.of("type", type, "status", value, "reason", reason, "message", message,
                "lastHeartbeatTime", time, "lastTransitionTime", before.map(NodeCondition::getLastTransitionTime).orElse(time));
    }

    private Map<String, String> info(String runtimeVersion) throws IOException {
        var info = new LinkedHashMap<String, String>();
        info.put("architecture", architecture());
        info.put("operatingSystem", "linux");
        info.put("kernelVersion", System.getProperty("os.version"));
        info.put("osImage", osImage());
        info.put("containerRuntimeVersion", runtimeVersion);
        info.put("kubeletVersion", "v1.36.3+skerry");
        info.put("kubeProxyVersion", "");
        info.put("machineID", first(Path.of("/etc/machine-id")));
        info.put("systemUUID", first(Path.of("/sys/class/dmi/id/product_uuid")));
        info.put("bootID", first(Path.of("/proc/sys/kernel/random/boot_id")));
        return info;
    }

    private static String first(Path file) throws IOException {
        return Files.isReadable(file) ? Files.readString(file).strip() : "";
    }

    private static String osImage() throws IOException {
        var file = Path.of("/etc/os-release");
        if (!Files.isReadable(file)) {
            return "Linux";
        }
        return Files.readAllLines(file).stream().filter(l -> l.startsWith("PRETTY_NAME=")).findFirst()
                .map(l -> l.substring("PRETTY_NAME=".length()).replace("\"", "")).orElse("Linux");
    }

    static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    /** What the machine has; also what Pods may take. */
    Map<String, Quantity> capacity() throws IOException {
        long memory = 0;
        for (var line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("MemTotal:")) {
                memory = Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        var disk = Files.getFileStore(config.folder()).getTotalSpace() / 1024;
        var capacity = new LinkedHashMap<String, Quantity>();
        capacity.put("cpu", new Quantity(Integer.toString(Runtime.getRuntime().availableProcessors())));
        capacity.put("memory", new Quantity(memory + "Ki"));
        capacity.put("ephemeral-storage", new Quantity(disk + "Ki"));
        capacity.put("pods", new Quantity(Integer.toString(PODS)));
        return capacity;
    }

    /** The address by which others on the machine's network know it; the loopback if it has none. */
    static String hostIp(String ownBridge) throws IOException {
        var interfaces = NetworkInterface.getNetworkInterfaces();
        while (interfaces.hasMoreElements()) {
            var one = interfaces.nextElement();
            // Bridges and cables of containers, also those of other runtimes, are nobody's address.
            if (one.isUp() && !one.isLoopback() && !one.getName().equals(ownBridge) && !one.getName().matches("(sk-|veth|cni|docker|podman|virbr).*")) {
                for (var address : one.getInterfaceAddresses()) {
                    if (address.getAddress().getAddress().length == 4 && !address.getAddress().isLinkLocalAddress()) {
                        return address.getAddress().getHostAddress();
                    }
                }
            }
        }
        return InetAddress.getLoopbackAddress().getHostAddress();
    }
}
