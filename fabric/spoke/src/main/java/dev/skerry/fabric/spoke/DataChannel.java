package dev.skerry.fabric.spoke;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Where readings go, and as whom.
 *
 * @param key belongs to the first certificate of {@code chain}
 * @param chain the site's certificate for the data channel, then those above it
 * @param authority signs the parent's certificate
 * @param site the site's name, for people
 */
public record DataChannel(
        String host, int port, PrivateKey key, List<X509Certificate> chain, X509Certificate authority, String site) {

    private static final int HIGHEST_PORT = 65535;

    public DataChannel {
        if (port < 1 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1-" + HIGHEST_PORT + ")");
        }
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("chain: empty (expected: the site's certificate first)");
        }
        chain = List.copyOf(chain);
    }

    /** Site and address; never the key. */
    @Override
    public String toString() {
        return site + "@" + host + ":" + port;
    }
}
