package dev.skerry.kube.node;

import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The Pods' network: a bridge of this node's own, addresses from one IPv4 /24, masquerading, host ports. */
final class PodNetwork {

    private static final int NETWORKS = 256;

    private final NodePlace place;
    private final Optional<String> wanted;

    PodNetwork(NodePlace place, Optional<String> wanted) {
        this.place = place;
        this.wanted = wanted;
    }

    /** Writes what containerd gives to the CNI plugins; answers the network. */
    String write() throws IOException {
        var cidr = cidr();
        Files.createDirectories(place.networkConfig());
        Files.writeString(place.networkConfig().resolve("10-pods.conflist"), """
                {
                  "cniVersion": "0.4.0",
                  "name": "%s",
                  "plugins": [
                    {"type": "bridge", "bridge": "%s", "isGateway": true, "ipMasq": true, "hairpinMode": true,
                     "ipam": {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "%s"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
                    {"type": "portmap", "capabilities": {"portMappings": true}}
                  ]
                }
                """.formatted(place.network(), place.bridge(), place.addresses(), cidr));
        return cidr;
    }

    /** What is configured; else what was chosen before; else a /24 of 10.42.0.0/16 that no interface of this machine has. */
    String cidr() throws IOException {
        if (wanted.isPresent()) {
            return wanted.get();
        }
        if (Files.exists(place.cidrFile())) {
            return Files.readString(place.cidrFile()).strip();
        }
        var taken = taken();
        int begin = Integer.parseInt(place.hash().substring(0, 2), 16);
        for (int i = 0; i < NETWORKS; i++) {
            var third = (begin + i) % NETWORKS;
            if (!taken.contains(third)) {
                var cidr = "10.42." + third + ".0/24";
                Files.writeString(place.cidrFile(), cidr + "\n");
                return cidr;
            }
        }
        throw new IOException("runtime.podCIDR: no /24 of 10.42.0.0/16 is free (expected: one that is configured)");
    }

    private static Set<Integer> taken() throws IOException {
        var taken = new HashSet<Integer>();
        var interfaces = NetworkInterface.getNetworkInterfaces();
        while (interfaces.hasMoreElements()) {
            for (var address : interfaces.nextElement().getInterfaceAddresses()) {
                var bytes = address.getAddress().getAddress();
                if (bytes.length == 4 && bytes[0] == 10 && bytes[1] == 42) {
                    taken.add(bytes[2] & 0xFF);
                }
            }
        }
        return taken;
    }
}
