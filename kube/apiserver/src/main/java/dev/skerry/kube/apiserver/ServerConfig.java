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
 * @param access who is let in, and how much of each
 * @param usage measures what containers use, where there is a node
 * @param streams opens streams into containers, where there is a node
 */
public record ServerConfig(
        String address,
        int port,
        SSLContext tls,
        X509Certificate authority,
        ObjectStore store,
        Map<String, User> tokens,
        Optional<PodLogs> logs,
        InstantSource clock,
        AccessConfig access,
        Optional<PodStreams> streams,
        Optional<PodUsage> usage) {

    public ServerConfig {
        tokens = Map.copyOf(tokens);
    }

    public ServerConfig(
            String address, int port, SSLContext tls, X509Certificate authority, ObjectStore store, Map<String, User> tokens, Optional<PodLogs> logs, InstantSource clock) {
        this(address, port, tls, authority, store, tokens, logs, clock, AccessConfig.USUAL);
    }

    public ServerConfig(
            String address, int port, SSLContext tls, X509Certificate authority, ObjectStore store, Map<String, User> tokens, Optional<PodLogs> logs, InstantSource clock,
            AccessConfig access) {
        this(address, port, tls, authority, store, tokens, logs, clock, access, Optional.empty(), Optional.empty());
    }

    /** The same with streams into containers. */
    public ServerConfig withStreams(PodStreams opening) {
        return new ServerConfig(address, port, tls, authority, store, tokens, logs, clock, access, Optional.of(opening), usage);
    }

    /** The same with a measure of what containers use. */
    public ServerConfig withUsage(PodUsage measure) {
        return new ServerConfig(address, port, tls, authority, store, tokens, logs, clock, access, streams, Optional.of(measure));
    }

    /**
     * Who asks.
     *
     * @param uid tells users of one name apart, or empty
     * @param extra what else the authenticator knows, such as the id of the credential
     */
    public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {

        /** Everybody that has shown who he is. */
        static final String AUTHENTICATED = "system:authenticated";

        public User {
            groups = List.copyOf(groups);
            extra = Map.copyOf(extra);
        }

        public User(String name, List<String> groups) {
            this(name, "", groups, Map.of());
        }

        boolean master() {
            return groups.contains("system:masters");
        }

        /** The same, as a member of the group of all that are known. */
        User authenticated() {
            if (groups.contains(AUTHENTICATED)) {
                return this;
            }
            var all = new java.util.ArrayList<>(groups);
            all.add(AUTHENTICATED);
            return new User(name, uid, all, extra);
        }
    }
}
