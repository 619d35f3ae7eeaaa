package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whether a Pod that was bound to this node may run here. The scheduler has looked before; a Pod may also have been bound by
 * hand, or the node have changed since. Pods are judged one after the other, each against those that were taken before.
 */
final class NodeAdmission {

    private static final Path APP_ARMOR = Path.of("/sys/module/apparmor/parameters/enabled");

    private final KubernetesClient client;
    private final String node;
    private final Supplier<List<Pod>> pods;
    private final Map<String, Quantity> allocatable;
    private final Supplier<Optional<Refusal>> pressure;
    private final Set<String> taken = new HashSet<>();

    /** @param reason one word, such as {@code OutOfcpu} */
    record Refusal(String reason, String message) {}

    /**
     * @param pods all that are bound to this node
     * @param pressure what the node lacks so much that it takes nothing
     */
    NodeAdmission(KubernetesClient client, String node, Supplier<List<Pod>> pods, Map<String, Quantity> allocatable, Supplier<Optional<Refusal>> pressure) {
        this.client = client;
        this.node = node;
        this.pods = pods;
        this.allocatable = allocatable;
        this.pressure = pressure;
    }

    /** Empty if it may run; from then on it takes its room. */
    synchronized Optional<Refusal> refuses(Pod pod) {
        var uid = pod.getMetadata().getUid();
        if (taken.contains(uid)) {
            return Optional.empty();
        }
        var others = pods.get().stream().filter(p -> !PodPhase.terminal(p) && !p.getMetadata().getUid().equals(uid)).toList();
        taken.retainAll(others.stream().map(p -> p.getMetadata().getUid()).toList());
        var active = others.stream().filter(p -> taken.contains(p.getMetadata().getUid()) || p.getStatus() != null && p.getStatus().getStartTime() != null).toList();
        var refusal = pressure.get().filter(r -> QosClass.of(pod) == QosClass.BestEffort || !r.message().contains("MemoryPressure"))
                .or(() -> Sysctls.refuses(pod))
                .or(() -> appArmor(pod))
                .or(() -> fits(pod, active));
        if (refusal.isEmpty()) {
            taken.add(uid);
        }
        return refusal;
    }

    private static Optional<Refusal> appArmor(Pod pod) {
        boolean wanted = Stream.concat(
                        Stream.ofNullable(pod.getSpec().getSecurityContext()).map(s -> Optional.ofNullable(s.getAppArmorProfile())),
                        Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                                .filter(c -> c.getSecurityContext() != null).map(c -> Optional.ofNullable(c.getSecurityContext().getAppArmorProfile())))
                .flatMap(Optional::stream).anyMatch(p -> !"Unconfined".equals(p.getType()));
        if (!wanted) {
            return Optional.empty();
        }
        try {
            if (Files.isReadable(APP_ARMOR) && Files.readString(APP_ARMOR).startsWith("Y")) {
                return Optional.empty();
            }
        } catch (IOException e) {
            // Not to be read: not there.
            return Optional.of(new Refusal("AppArmor", "Cannot enforce AppArmor: " + e.getMessage()));
        }
        return Optional.of(new Refusal("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host"));
    }

    private Optional<Refusal> fits(Pod pod, List<Pod> active) {
        if (pod.getSpec().getOs() != null && !"linux".equals(pod.getSpec().getOs().getName())) {
            return Optional.of(new Refusal("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"));
        }
        var used = new LinkedHashMap<String, BigDecimal>();
        active.forEach(p -> requests(p).forEach((k, v) -> used.merge(k, v, BigDecimal::add)));
        var most = amount("pods");
        if (active.size() + 1 > most.intValue()) {
            return Optional.of(lacking("pods", BigDecimal.ONE, BigDecimal.valueOf(active.size()), most));
        }
        var wanted = requests(pod);
        for (var name : Stream.concat(Stream.of("cpu", "memory", "ephemeral-storage"), wanted.keySet().stream().sorted()).distinct().toList()) {
            var wish = wanted.getOrDefault(name, BigDecimal.ZERO);
            var before = used.getOrDefault(name, BigDecimal.ZERO);
            if (wish.signum() > 0 && wish.add(before).compareTo(amount(name)) > 0) {
                return Optional.of(lacking(name, wish, before, amount(name)));
            }
        }
        var here = Optional.ofNullable(client.nodes().withName(node).get());
        if (here.isPresent() && !NodeSelection.matches(pod, here.get())) {
            return Optional.of(new Refusal("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"));
        }
        if (!node.equals(pod.getSpec().getNodeName()) && pod.getSpec().getNodeName() != null) {
            return Optional.of(new Refusal("NodeName", "Predicate NodeName failed: node(s) didn't match the requested node name"));
        }
        var ports = ports(pod);
        if (active.stream().anyMatch(p -> ports(p).stream().anyMatch(ports::contains))) {
            return Optional.of(new Refusal("NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"));
        }
        if (here.isPresent() && StaticPods.source(pod).isEmpty() && drivenOut(pod, here.get())) {
            return Optional.of(new Refusal("TaintToleration", "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"));
        }
        return Optional.empty();
    }

    private static boolean drivenOut(Pod pod, Node node) {
        return node.getSpec() != null && node.getSpec().getTaints().stream().filter(t -> "NoExecute".equals(t.getEffect())).anyMatch(t ->
                pod.getSpec().getTolerations().stream().noneMatch(o ->
                        (o.getEffect() == null || o.getEffect().isEmpty() || o.getEffect().equals(t.getEffect()))
                                && (o.getKey() == null || o.getKey().isEmpty() || o.getKey().equals(t.getKey()))
                                && ("Exists".equals(o.getOperator()) || Optional.ofNullable(o.getValue()).orElse("").equals(Optional.ofNullable(t.getValue()).orElse("")))));
    }

    private static Set<String> ports(Pod pod) {
        var ports = new HashSet<String>();
        for (var container : Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream().filter(PodPhase::sidecar)).toList()) {
            container.getPorts().stream().filter(p -> p.getHostPort() != null && p.getHostPort() > 0).forEach(p ->
                    ports.add(Optional.ofNullable(p.getProtocol()).orElse("TCP") + Optional.ofNullable(p.getHostIP()).orElse("0.0.0.0") + ":" + p.getHostPort()));
        }
        return ports;
    }

    private BigDecimal amount(String resource) {
        return QosClass.amount(allocatable.get(resource));
    }

    /** Cpu is told in thousandths. */
    private static Refusal lacking(String resource, BigDecimal wish, BigDecimal used, BigDecimal capacity) {
        int shift = resource.equals("cpu") ? 3 : 0;
        return new Refusal("OutOf" + resource, "Node didn't have enough resource: " + resource + ", requested: " + whole(wish, shift)
                + ", used: " + whole(used, shift) + ", capacity: " + whole(capacity, shift));
    }

    private static String whole(BigDecimal amount, int shift) {
        return amount.movePointRight(shift).setScale(0, RoundingMode.CEILING).toPlainString();
    }

    /** All containers together and the sidecars beside them; or the largest init container with the sidecars before it, if that is more. */
    private static Map<String, BigDecimal> requests(Pod pod) {
        var sum = new LinkedHashMap<String, BigDecimal>();
        pod.getSpec().getContainers().forEach(c -> QosClass.requests(c).forEach((k, v) -> sum.merge(k, v.getNumericalAmount(), BigDecimal::add)));
        var sidecars = new LinkedHashMap<String, BigDecimal>();
        var peak = new LinkedHashMap<String, BigDecimal>();
        for (var init : pod.getSpec().getInitContainers()) {
            var now = new LinkedHashMap<>(sidecars);
            QosClass.requests(init).forEach((k, v) -> now.merge(k, v.getNumericalAmount(), BigDecimal::add));
            now.forEach((k, v) -> peak.merge(k, v, BigDecimal::max));
            if (PodPhase.sidecar(init)) {
                sidecars.clear();
                sidecars.putAll(now);
            }
        }
        sidecars.forEach((k, v) -> sum.merge(k, v, BigDecimal::add));
        peak.forEach((k, v) -> sum.merge(k, v, BigDecimal::max));
        if (pod.getSpec().getOverhead() != null) {
            pod.getSpec().getOverhead().forEach((k, v) -> sum.merge(k, v.getNumericalAmount(), BigDecimal::add));
        }
        return sum;
    }
}
