package dev.skerry.fabric.spoke;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What it takes to dial the parent's data channel: where, and as whom.
 *
 * @param chain of the data channel's certificate, which is not the one of the management channel
 * @param authority the parent's, the only one that is trusted
 */
public record DataChannel(
        String host, int dataPort, PrivateKey key, List<X509Certificate> chain, X509Certificate authority, String site) {
    public DataChannel {
        chain = List.copyOf(chain);
    }

    @Override
    public String toString() {
        return "DataChannel[" + site + " → " + host + ":" + dataPort + "]";
    }
}
