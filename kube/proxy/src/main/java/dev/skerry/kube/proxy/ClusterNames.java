package dev.skerry.kube.proxy;

import dev.skerry.kube.proxy.DnsMessage.Answer;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The names of a cluster (Kubernetes DNS-Based Service Discovery 1.1.0), and for Pods the old form by address. IPv4. */
final class ClusterNames {

    private static final int SECONDS = 30;
    private static final int PREFERENCE = 0;

    private final String domain;
    private final Catalog catalog;

    ClusterNames(String domain, Catalog catalog) {
        this.domain = domain;
        this.catalog = catalog;
    }

    /** What there is to name. */
    interface Catalog {
        Optional<Service> service(String namespace, String name);

        List<EndpointSlice> slices(String namespace, String service);

        boolean hasNamespace(String namespace);

        /** The Services with this cluster address. */
        List<Service> servicesAt(String address);

        /** The slices with this address. */
        List<EndpointSlice> slicesAt(String address);
    }

    /**
     * An answer.
     *
     * @param exists whether there is such a name, perhaps with facts of other types only
     * @param elsewhere a name of another domain that the client has to be led to, or empty
     */
    record Found(boolean exists, List<Answer> answers, String elsewhere) {
        static final Found NOTHING = new Found(false, List.of(), "");

        static Found of(List<Answer> answers) {
            return new Found(true, answers, "");
        }
    }

    /** Empty if it is no name of ours to answer for. */
    Optional<Found> find(String name, int type) {
        if (name.endsWith(".in-addr.arpa")) {
            return reverse(name, type);
        }
        if (!name.equals(domain) && !name.endsWith("." + domain)) {
            return Optional.empty();
        }
        var rest = name.equals(domain) ? "" : name.substring(0, name.length() - domain.length() - 1);
        var labels = rest.isEmpty() ? List.<String>of() : Arrays.asList(rest.split("\\."));
        return Optional.of(ours(name, labels, type));
    }

    private Found ours(String name, List<String> labels, int type) {
        if (labels.isEmpty()) {
            return Found.of(List.of());
        }
        if (labels.equals(List.of("dns-version"))) {
            return Found.of(wants(type, DnsMessage.TXT) ? List.of(new Answer(name, DnsMessage.TXT, SECONDS, text("1.1.0"))) : List.of());
        }
        var sort = labels.getLast();
        if (labels.size() == 1) {
            return sort.equals("svc") || sort.equals("pod") ? Found.of(List.of()) : Found.NOTHING;
        }
        var namespace = labels.get(labels.size() - 2);
        if (!catalog.hasNamespace(namespace)) {
            return Found.NOTHING;
        }
        if (labels.size() == 2) {
            return sort.equals("svc") || sort.equals("pod") ? Found.of(List.of()) : Found.NOTHING;
        }
        if (sort.equals("pod")) {
            return pod(name, labels, type);
        }
        return sort.equals("svc") ? service(name, labels.subList(0, labels.size() - 2), namespace, type) : Found.NOTHING;
    }

    private Found pod(String name, List<String> labels, int type) {
        var dashed = labels.getFirst();
        if (labels.size() != 3 || !dashed.matches("[0-9]{1,3}(-[0-9]{1,3}){3}")) {
            return Found.NOTHING;
        }
        return address(dashed.replace('-', '.')).map(a -> Found.of(wants(type, DnsMessage.A) ? List.of(new Answer(name, DnsMessage.A, SECONDS, a)) : List.of())).orElse(Found.NOTHING);
    }

    private Found service(String name, List<String> labels, String namespace, int type) {
        var found = catalog.service(namespace, labels.getLast());
        if (found.isEmpty()) {
            return Found.NOTHING;
        }
        var service = found.get();
        if ("ExternalName".equals(service.getSpec().getType())) {
            var target = service.getSpec().getExternalName();
            return labels.size() > 1 || target == null ? Found.NOTHING
                    : new Found(true, List.of(new Answer(name, DnsMessage.CNAME, SECONDS, DnsMessage.encoded(target))), target);
        }
        return switch (labels.size()) {
            case 1 -> {
                var addresses = headless(service) ? named(service).keySet().stream().map(k -> k.substring(k.indexOf('/') + 1)).toList() : List.of(service.getSpec().getClusterIP());
                // A headless Service without anybody ready has no name.
                yield addresses.isEmpty() ? Found.NOTHING : Found.of(wants(type, DnsMessage.A) ? addresses(name, addresses) : List.of());
            }
            case 2 -> {
                var of = headless(service) ? named(service).keySet().stream().filter(k -> k.startsWith(labels.getFirst() + "/")).map(k -> k.substring(k.indexOf('/') + 1)).toList()
                        : List.<String>of();
                yield of.isEmpty() ? Found.NOTHING : Found.of(wants(type, DnsMessage.A) ? addresses(name, of) : List.of());
            }
            case 3 -> ports(name, service, labels.get(0), labels.get(1), type);
            default -> Found.NOTHING;
        };
    }

    private static boolean headless(Service service) {
        return "None".equals(service.getSpec().getClusterIP());
    }

    /** Name and address of each that is ready, as {@code name/address}. */
    private TreeMap<String, Endpoint> named(Service service) {
        var all = new TreeMap<String, Endpoint>();
        for (var slice : catalog.slices(service.getMetadata().getNamespace(), service.getMetadata().getName())) {
            if ("IPv4".equals(slice.getAddressType())) {
                KnownServices.endpoints(slice).stream().filter(PortRules::ready).forEach(e -> e.getAddresses().forEach(a -> all.put(name(e, a) + "/" + a, e)));
            }
        }
        return all;
    }

    private static String name(Endpoint endpoint, String address) {
        var own = endpoint.getHostname();
        return own == null || own.isEmpty() ? address.replace('.', '-') : own;
    }

    private Found ports(String name, Service service, String port, String protocol, int type) {
        if (!port.startsWith("_") || !protocol.startsWith("_")) {
            return Found.NOTHING;
        }
        var base = service.getMetadata().getName() + "." + service.getMetadata().getNamespace() + ".svc." + domain;
        var answers = new ArrayList<Answer>();
        if (headless(service)) {
            for (var slice : catalog.slices(service.getMetadata().getNamespace(), service.getMetadata().getName())) {
                for (var target : KnownServices.ports(slice)) {
                    if (target.getPort() != null && port.substring(1).equals(target.getName()) && protocol.substring(1).equals(PortRules.protocol(target.getProtocol()))) {
                        KnownServices.endpoints(slice).stream().filter(PortRules::ready)
                                .forEach(e -> e.getAddresses().forEach(a -> answers.add(srv(name, target.getPort(), name(e, a) + "." + base))));
                    }
                }
            }
        } else {
            service.getSpec().getPorts().stream().filter(p -> port.substring(1).equals(p.getName()) && protocol.substring(1).equals(PortRules.protocol(p.getProtocol())))
                    .forEach(p -> answers.add(srv(name, p.getPort(), base)));
        }
        return answers.isEmpty() ? Found.NOTHING : Found.of(wants(type, DnsMessage.SRV) ? answers : List.of());
    }

    private static Answer srv(String name, int port, String target) {
        var to = DnsMessage.encoded(target);
        return new Answer(name, DnsMessage.SRV, SECONDS,
                ByteBuffer.allocate(6 + to.length).putShort((short) PREFERENCE).putShort((short) 100).putShort((short) port).put(to).array());
    }

    private Optional<Found> reverse(String name, int type) {
        var labels = Arrays.asList(name.split("\\."));
        if (labels.size() != 6) {
            return Optional.empty();
        }
        var address = String.join(".", labels.subList(0, 4).reversed());
        var names = new LinkedHashSet<String>();
        catalog.servicesAt(address).forEach(s -> names.add(s.getMetadata().getName() + "." + s.getMetadata().getNamespace() + ".svc." + domain));
        for (var slice : catalog.slicesAt(address)) {
            var service = slice.getMetadata().getLabels() == null ? "" : slice.getMetadata().getLabels().getOrDefault("kubernetes.io/service-name", "");
            KnownServices.endpoints(slice).stream().filter(e -> e.getAddresses().contains(address) && e.getHostname() != null)
                    .forEach(e -> names.add(e.getHostname() + "." + service + "." + slice.getMetadata().getNamespace() + ".svc." + domain));
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(Found.of(wants(type, DnsMessage.PTR) ? pointers(name, names) : List.of()));
    }

    private static List<Answer> pointers(String name, Set<String> to) {
        return to.stream().map(n -> new Answer(name, DnsMessage.PTR, SECONDS, DnsMessage.encoded(n))).toList();
    }

    /** Who may be asked for what does not exist, and how long that stays so. */
    Answer authority() {
        var server = DnsMessage.encoded("ns.dns." + domain);
        var person = DnsMessage.encoded("hostmaster." + domain);
        return new Answer(domain, DnsMessage.SOA, SECONDS, ByteBuffer.allocate(server.length + person.length + 20).put(server).put(person)
                .putInt(1).putInt(7200).putInt(1800).putInt(86_400).putInt(SECONDS).array());
    }

    private static boolean wants(int asked, int type) {
        return asked == type || asked == DnsMessage.ANY;
    }

    private static List<Answer> addresses(String name, List<String> addresses) {
        return addresses.stream().distinct().map(ClusterNames::address).flatMap(Optional::stream).map(a -> new Answer(name, DnsMessage.A, SECONDS, a)).toList();
    }

    private static Optional<byte[]> address(String text) {
        var bytes = new ByteArrayOutputStream(4);
        for (var part : text.split("\\.")) {
            if (!part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
            bytes.write(Integer.parseInt(part));
        }
        return bytes.size() == 4 ? Optional.of(bytes.toByteArray()) : Optional.empty();
    }

    private static byte[] text(String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(bytes.length + 1).put((byte) bytes.length).put(bytes).array();
    }
}
