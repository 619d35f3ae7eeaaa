package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a Pod may learn of itself: {@code fieldRef} and {@code resourceFieldRef}. */
record DownwardFields(Pod pod, String podIp, String hostIp, Map<String, Quantity> capacity, Instant seen) {

    /** Empty for a path that is not known. */
    Optional<String> field(String path) {
        var meta = pod.getMetadata();
        if (path.endsWith("']") && path.contains("['")) {
            var key = path.substring(path.indexOf("['") + 2, path.length() - 2);
            return switch (path.substring(0, path.indexOf("['"))) {
                case "metadata.labels" -> Optional.of(orEmpty(meta.getLabels()).getOrDefault(key, ""));
                case "metadata.annotations" -> Optional.of(orEmpty(meta.getAnnotations()).getOrDefault(key, ""));
                default -> Optional.empty();
            };
        }
        return switch (path) {
            case "metadata.name" -> Optional.of(meta.getName());
            case "metadata.namespace" -> Optional.of(meta.getNamespace());
            case "metadata.uid" -> Optional.of(meta.getUid());
            case "metadata.labels" -> Optional.of(lines(meta.getLabels()));
            case "metadata.annotations" -> Optional.of(lines(annotations()));
            case "spec.nodeName" -> Optional.ofNullable(pod.getSpec().getNodeName());
            case "spec.serviceAccountName" -> Optional.of(Optional.ofNullable(pod.getSpec().getServiceAccountName()).orElse("default"));
            case "status.podIP", "status.podIPs" -> Optional.of(podIp);
            case "status.hostIP", "status.hostIPs" -> Optional.of(hostIp);
            default -> Optional.empty();
        };
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }

    /** With the two that a node adds to what the API has. */
    private Map<String, String> annotations() {
        var all = new TreeMap<>(orEmpty(pod.getMetadata().getAnnotations()));
        all.putIfAbsent("kubernetes.io/config.seen", seen.toString());
        all.putIfAbsent(StaticPods.SOURCE, "api");
        return all;
    }

    private static String lines(@Nullable Map<String, String> map) {
        return new TreeMap<>(orEmpty(map)).entrySet().stream().map(e -> e.getKey() + "=" + quoted(e.getValue())).collect(Collectors.joining("\n"));
    }

    /** As Go quotes. */
    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case 7 -> quoted.append("\\a");
                case 11 -> quoted.append("\\v");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        quoted.append(String.format("\\x%02x", c));
                    } else if (Character.isISOControl(c) || !Character.isDefined(c) || Character.isSpaceChar(c) && c != ' ') {
                        quoted.append(c > 0xffff ? String.format("\\U%08x", c) : String.format("\\u%04x", c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }

    /** A limit that is not set is the node's capacity, as the kubelet has it. */
    Optional<String> resource(ResourceFieldSelector selector, Container container) {
        var words = selector.getResource().split("\\.", 2);
        var resources = container.getResources();
        Map<String, Quantity> set = resources == null ? null : words[0].equals("limits") ? resources.getLimits() : resources.getRequests();
        var amount = Optional.ofNullable(set == null ? null : set.get(words[1]))
                .or(() -> Optional.ofNullable(words[0].equals("limits") ? capacity.get(words[1]) : null));
        var number = amount.map(Quantity::getNumericalAmount).orElse(BigDecimal.ZERO);
        var divisor = Optional.ofNullable(selector.getDivisor()).map(Quantity::getNumericalAmount)
                .filter(d -> d.signum() > 0).orElse(BigDecimal.ONE);
        return Optional.of(number.divide(divisor, 0, RoundingMode.CEILING).toPlainString());
    }
}
