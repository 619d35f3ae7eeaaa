package dev.skerry.kube.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What a node agent is given.
 *
 * @param nodeName the name of the {@code Node} object, a DNS name
 * @param folder for everything that it keeps: containerd's root, volumes, logs
 * @param podCidr the Pods' network, such as {@code 10.42.7.0/24}; chosen from the folder's path if not said
 * @param dns whom Pods ask for names
 */
public record NodeConfig(String nodeName, Path folder, Optional<String> podCidr, InstantSource clock, Dns dns) {

    public NodeConfig {
        folder = folder.toAbsolutePath().normalize();
    }

    /** Without a DNS server of the cluster: Pods ask whom the machine asks. */
    public NodeConfig(String nodeName, Path folder, Optional<String> podCidr, InstantSource clock) {
        this(nodeName, folder, podCidr, clock, Dns.none());
    }

    /**
     * @param server the address of the cluster's own server, if there is one
     * @param domain the cluster's domain
     * @param resolvConf the file that says whom the machine asks
     */
    public record Dns(Optional<String> server, String domain, Path resolvConf) {

        private static final Path USUAL = Path.of("/etc/resolv.conf");
        private static final Path BEHIND_THE_STUB = Path.of("/run/systemd/resolve/resolv.conf");

        static Dns none() {
            return new Dns(Optional.empty(), "cluster.local", ofThisMachine());
        }

        /** The file with servers that a Pod can reach: a resolver on the machine's loopback is not one. */
        public static Path ofThisMachine() {
            try {
                var stub = Files.exists(BEHIND_THE_STUB) && Files.exists(USUAL)
                        && Files.readAllLines(USUAL).stream().filter(l -> l.startsWith("nameserver")).allMatch(l -> l.contains(" 127."));
                return stub ? BEHIND_THE_STUB : USUAL;
            } catch (IOException e) {
                // What cannot be read says nothing.
                return USUAL;
            }
        }
    }
}
