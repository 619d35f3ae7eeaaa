package dev.skerry.kube.node;

import dev.skerry.kube.node.NodeConfig.Dns;
import dev.skerry.kube.node.cri.DnsConfig;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodDNSConfigOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a Pod is called, by itself and within the cluster, and whom it asks for names. */
final class PodNames {

    private static final int LONGEST_HOSTNAME = 63;
    private static final int MOST_SERVERS = 3;
    private static final int MOST_SEARCHES = 32;
    private static final int LONGEST_SEARCHES = 2048;

    private final Dns dns;

    PodNames(Dns dns) {
        this.dns = dns;
    }

    private static Optional<String> override(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getHostnameOverride()).filter(n -> !n.isEmpty());
    }

    private static String label(Pod pod) {
        var name = Optional.ofNullable(pod.getSpec().getHostname()).filter(n -> !n.isEmpty()).orElse(pod.getMetadata().getName());
        return name.length() > LONGEST_HOSTNAME ? name.substring(0, LONGEST_HOSTNAME).replaceAll("[-.]+$", "") : name;
    }

    /** The name with the domain of its Service, if it says which that is. */
    private Optional<String> qualified(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getSubdomain()).filter(s -> !s.isEmpty() && override(pod).isEmpty())
                .map(s -> label(pod) + "." + s + "." + pod.getMetadata().getNamespace() + ".svc." + dns.domain());
    }

    /** As the Pod's own kernel has it. */
    String hostname(Pod pod) {
        return override(pod).orElseGet(() -> Boolean.TRUE.equals(pod.getSpec().getSetHostnameAsFQDN()) ? qualified(pod).orElse(label(pod)) : label(pod));
    }

    /** The text of {@code /etc/hosts}. */
    String hosts(Pod pod, String podIp) throws IOException {
        var text = new StringBuilder();
        if (ContainerConfigs.hostNetwork(pod)) {
            var own = Path.of("/etc/hosts");
            text.append("# Kubernetes-managed hosts file (host network).\n").append(Files.exists(own) ? Files.readString(own) : "");
        } else {
            text.append("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
                    + "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
            text.append(podIp).append('\t').append(qualified(pod).map(q -> q + "\t" + label(pod)).orElseGet(() -> override(pod).orElse(label(pod)))).append('\n');
        }
        if (!pod.getSpec().getHostAliases().isEmpty()) {
            text.append("\n# Entries added by HostAliases.\n");
            pod.getSpec().getHostAliases().forEach(a -> text.append(a.getIp()).append('\t').append(String.join("\t", a.getHostnames())).append('\n'));
        }
        return text.toString();
    }

    /** What becomes the Pod's {@code /etc/resolv.conf}; more than resolvers read is left out. */
    DnsConfig resolver(Pod pod) {
        var servers = new LinkedHashSet<String>();
        var searches = new LinkedHashSet<String>();
        var options = new LinkedHashMap<String, String>();
        var policy = Optional.ofNullable(pod.getSpec().getDnsPolicy()).orElse("ClusterFirst");
        var cluster = dns.server().isPresent() && (policy.equals("ClusterFirstWithHostNet") || policy.equals("ClusterFirst") && !ContainerConfigs.hostNetwork(pod));
        if (!policy.equals("None")) {
            var host = lines(dns.resolvConf());
            if (cluster) {
                servers.add(dns.server().get());
                searches.addAll(List.of(pod.getMetadata().getNamespace() + ".svc." + dns.domain(), "svc." + dns.domain(), dns.domain()));
                options.put("ndots", ":5");
            } else {
                words(host, "nameserver").forEach(w -> servers.addAll(w.subList(0, Math.min(1, w.size()))));
                last(host, "options").forEach(o -> option(options, o));
            }
            searches.addAll(last(host, "search").stream().map(s -> s.length() > 1 && s.endsWith(".") ? s.substring(0, s.length() - 1) : s).toList());
        }
        var own = pod.getSpec().getDnsConfig();
        if (own != null) {
            servers.addAll(own.getNameservers());
            searches.addAll(own.getSearches());
            own.getOptions().forEach(o -> option(options, option(o)));
        }
        return DnsConfig.newBuilder().addAllServers(servers.stream().limit(MOST_SERVERS).toList()).addAllSearches(fitting(searches))
                .addAllOptions(options.entrySet().stream().map(o -> o.getKey() + o.getValue()).toList()).build();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            // A machine that asks nobody.
            return List.of();
        }
    }

    private static List<String> fitting(LinkedHashSet<String> searches) {
        var fitting = new ArrayList<String>();
        int length = 0;
        for (var search : searches) {
            length += search.length() + 1;
            if (fitting.size() < MOST_SEARCHES && length <= LONGEST_SEARCHES) {
                fitting.add(search);
            }
        }
        return fitting;
    }

    private static Stream<List<String>> words(List<String> lines, String keyword) {
        return lines.stream().map(l -> List.of(l.strip().split("\\s+"))).filter(w -> w.getFirst().equals(keyword)).map(w -> w.subList(1, w.size()));
    }

    /** Of search and options the last line counts. */
    private static List<String> last(List<String> lines, String keyword) {
        return words(lines, keyword).reduce((a, b) -> b).orElse(List.of());
    }

    private static void option(Map<String, String> options, String text) {
        int colon = text.indexOf(':');
        options.put(colon < 0 ? text : text.substring(0, colon), colon < 0 ? "" : text.substring(colon));
    }

    private static String option(PodDNSConfigOption option) {
        return option.getValue() == null || option.getValue().isEmpty() ? option.getName() : option.getName() + ":" + option.getValue();
    }
}
