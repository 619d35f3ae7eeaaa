package dev.skerry.fabric.hub;

import dev.skerry.data.Ingest;
import dev.skerry.kube.pki.CertificateAuthority;
import java.time.InstantSource;
import java.util.List;

/**
 * What an {@link UploadServer} is given.
 *
 * @param authority signs the server's certificate, and has signed those of the sites
 * @param address where the data channel listens
 * @param port 0 takes a free one
 * @param names further host names and addresses for the server's certificate
 * @param ingest where the readings go; the caller closes it after the server
 */
public record UploadServerConfig(
        CertificateAuthority authority, String address, int port, List<String> names, Ingest ingest, InstantSource clock) {

    private static final int HIGHEST_PORT = 65535;

    public UploadServerConfig {
        if (port < 0 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0-" + HIGHEST_PORT + ")");
        }
        names = List.copyOf(names);
    }
}
