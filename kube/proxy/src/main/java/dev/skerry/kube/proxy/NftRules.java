package dev.skerry.kube.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of all Services as one script for {@code nft -f}, which takes all of it or nothing. Maps lead from address, protocol and port to a chain for each port of
 * a Service, which leads to a chain for each backend. What remembers clients (sets with a time limit) stays over a change. Pure.
 */
final class NftRules {

    /** Marks what must come back by way of us: a Pod that meets itself. */
    private static final String HAIRPIN = "0x4000";

    private final ProxyConfig config;
    private final boolean bridgeSeen;
    private final Map<String, List<String>> chains = new LinkedHashMap<>();
    private final Map<String, Long> sets = new LinkedHashMap<>();
    private final Set<String> services = new LinkedHashSet<>();
    private final Set<String> nodePorts = new LinkedHashSet<>();
    private final Set<String> empty = new LinkedHashSet<>();
    private final Set<String> emptyNodePorts = new LinkedHashSet<>();

    /** @param bridgeSeen whether what goes from Pod to Pod over the bridge passes nftables (br_netfilter) */
    NftRules(ProxyConfig config, boolean bridgeSeen, Collection<PortRule> rules) {
        this.config = config;
        this.bridgeSeen = bridgeSeen;
        rules.forEach(this::add);
    }

    private void add(PortRule rule) {
        for (int i = 0; i < rule.addresses().size(); i++) {
            var backends = i == 0 ? rule.backends() : rule.outside();
            var key = rule.addresses().get(i) + " . " + rule.protocol() + " . " + rule.port();
            if (backends.isEmpty()) {
                empty.add(key + " : goto refuse");
            } else {
                services.add(key + " : goto " + chain(rule, backends));
            }
        }
        if (rule.nodePort() > 0) {
            var key = rule.protocol() + " . " + rule.nodePort();
            if (rule.outside().isEmpty()) {
                emptyNodePorts.add(key + " : goto refuse");
            } else {
                nodePorts.add(key + " : goto " + chain(rule, rule.outside()));
            }
        }
    }

    private String chain(PortRule rule, List<Backend> backends) {
        var name = "svc-" + hash(rule.service() + rule.protocol() + backends);
        if (chains.containsKey(name)) {
            return name;
        }
        var lines = new ArrayList<String>();
        var choices = new ArrayList<String>();
        chains.put(name, lines);
        for (var backend : backends) {
            var id = hash(rule.service() + rule.protocol() + backend);
            var to = "to-" + id;
            choices.add(choices.size() + " : goto " + to);
            var steps = new ArrayList<String>();
            if (rule.affinitySeconds() > 0) {
                var set = "met-" + id + "-" + rule.affinitySeconds();
                sets.put(set, rule.affinitySeconds());
                lines.add("ip saddr @" + set + " goto " + to);
                steps.add("update @" + set + " { ip saddr }");
            }
            if (!backend.address().equals(config.gateway())) {
                steps.add("ip saddr " + backend.address() + " meta mark set meta mark or " + HAIRPIN);
            }
            steps.add("meta l4proto " + rule.protocol() + " dnat to " + target(backend));
            chains.put(to, steps);
        }
        lines.add("numgen random mod " + choices.size() + " vmap { " + String.join(", ", choices) + " }");
        return name;
    }

    /** The API may listen on the loopback only, which no endpoint may name. */
    private String target(Backend backend) {
        var api = backend.address().equals(config.gateway()) && backend.port() == config.apiPort() && config.apiAddress().startsWith("127.");
        return api ? config.apiAddress() + ":" + backend.port() : backend.toString();
    }

    static String hash(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Set<String> chains() {
        return chains.keySet();
    }

    Set<String> sets() {
        return sets.keySet();
    }

    /** What makes the table ours from nothing, whatever of it there was. */
    String whole() {
        return "add table ip " + config.table() + "\ndelete table ip " + config.table() + "\n" + script(Set.of(), Set.of());
    }

    /**
     * What leads from the rules before to these.
     *
     * @param oldChains, oldSets those that there are
     */
    String change(Set<String> oldChains, Set<String> oldSets) {
        return script(oldChains, oldSets);
    }

    private String script(Set<String> oldChains, Set<String> oldSets) {
        var table = config.table();
        var text = new StringBuilder("add table ip " + table + "\nflush table ip " + table + "\n");
        for (var map : List.of("services", "none")) {
            text.append("add map ip ").append(table).append(' ').append(map).append(" { type ipv4_addr . inet_proto . inet_service : verdict; }\n");
            text.append("flush map ip ").append(table).append(' ').append(map).append('\n');
        }
        for (var map : List.of("nodeports", "none-nodeports")) {
            text.append("add map ip ").append(table).append(' ').append(map).append(" { type inet_proto . inet_service : verdict; }\n");
            text.append("flush map ip ").append(table).append(' ').append(map).append('\n');
        }
        oldChains.stream().filter(c -> !chains.containsKey(c)).forEach(c -> text.append("delete chain ip ").append(table).append(' ').append(c).append('\n'));
        oldSets.stream().filter(s -> !sets.containsKey(s)).forEach(s -> text.append("delete set ip ").append(table).append(' ').append(s).append('\n'));
        sets.forEach((name, seconds) -> text.append("add set ip ").append(table).append(' ').append(name)
                .append(" { type ipv4_addr; size 65535; flags dynamic,timeout; timeout ").append(seconds).append("s; }\n"));
        text.append("table ip ").append(table).append(" {\n");
        chain(text, "refuse", List.of("reject"));
        // Later chains lead to earlier ones.
        chains.entrySet().stream().filter(c -> c.getKey().startsWith("to-")).forEach(c -> chain(text, c.getKey(), c.getValue()));
        chains.entrySet().stream().filter(c -> !c.getKey().startsWith("to-")).forEach(c -> chain(text, c.getKey(), c.getValue()));
        chain(text, "dispatch", List.of("ip daddr . meta l4proto . th dport vmap @services", "fib daddr type local meta l4proto . th dport vmap @nodeports"));
        chain(text, "unanswered", List.of("ip daddr . meta l4proto . th dport vmap @none", "fib daddr type local meta l4proto . th dport vmap @none-nodeports"));
        var bridge = "\"" + config.bridge() + "\"";
        // Only what we send there ourselves may reach the machine's loopback from a Pod.
        chain(text, "guard", List.of("type filter hook prerouting priority -300", "iifname " + bridge + " ip daddr 127.0.0.0/8 drop"));
        chain(text, "incoming", List.of("type nat hook prerouting priority -100",
                // Another node on this machine has the same addresses for its own Pods.
                "iifname " + bridge + " jump dispatch", "iifname != " + bridge + " ip daddr != 10.96.0.0/16 jump dispatch"));
        chain(text, "outgoing", List.of("type nat hook output priority -100", "jump dispatch"));
        chain(text, "forwarded", List.of("type filter hook forward priority -110", "jump unanswered"));
        chain(text, "received", List.of("type filter hook input priority -110", "jump unanswered"));
        chain(text, "sent", List.of("type filter hook output priority -110", "jump unanswered"));
        var leaving = new ArrayList<>(List.of("type nat hook postrouting priority 100", "meta mark and " + HAIRPIN + " == " + HAIRPIN + " masquerade",
                "oifname " + bridge + " ip saddr 127.0.0.0/8 masquerade"));
        if (!bridgeSeen) {
            leaving.add("oifname " + bridge + " ip saddr " + config.podCidr() + " ct status dnat masquerade");
        }
        chain(text, "leaving", leaving);
        text.append("}\n");
        elements(text, "services", services);
        elements(text, "nodeports", nodePorts);
        elements(text, "none", empty);
        elements(text, "none-nodeports", emptyNodePorts);
        return text.toString();
    }

    private static void chain(StringBuilder text, String name, List<String> rules) {
        text.append("  chain ").append(name).append(" {\n");
        rules.forEach(r -> text.append("    ").append(r).append('\n'));
        text.append("  }\n");
    }

    private void elements(StringBuilder text, String map, Set<String> elements) {
        if (!elements.isEmpty()) {
            text.append("add element ip ").append(config.table()).append(' ').append(map).append(" { ").append(String.join(", ", elements)).append(" }\n");
        }
    }
}
