package dev.skerry.kube.apiserver;

import dev.skerry.kube.store.ObjectStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * What the API server is given.
 *
 * @param port 0 takes a free one
 * @param tls presents the server's certificate and trusts the authority of client certificates
 * @param authority in PEM: what Pods and clients need to trust the server
 * @param tokens bearer tokens and whom they stand for
 * @param logs reads containers' logs, where there is a node
 */
public record ServerConfig(
        String address,
        int port,
        SSLContext tls,
        X509Certificate authority,
        ObjectStore store,
        Map<String, User> tokens,
        Optional<PodLogs> logs,
        InstantSource clock) {

    public ServerConfig {
        tokens = Map.copyOf(tokens);
    }

    /** Who asks. */
    public record User(String name, List<String> groups) {
        public User {
            groups = List.copyOf(groups);
        }

        boolean master() {
            return groups.contains("system:masters");
        }
    }
}
