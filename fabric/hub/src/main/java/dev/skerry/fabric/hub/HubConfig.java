package dev.skerry.fabric.hub;

import dev.skerry.data.EventLog;
import dev.skerry.fabric.link.LinkTuning;
import dev.skerry.kube.pki.CertificateAuthority;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/**
 * What a hub is given.
 *
 * @param client of this place's own API; the caller closes it
 * @param folder where the hub keeps its positions
 * @param authority signs the sites' certificates and the Works
 * @param address where the management channel listens
 * @param port 0 takes a free one
 * @param names further host names and addresses for the hub's certificate
 * @param trustDomain of the sites' identities
 * @param version of this program, for the sites to see
 * @param events where sites' events go
 * @param tuning the link's patience
 */
public record HubConfig(
        KubernetesClient client,
        Path folder,
        CertificateAuthority authority,
        String address,
        int port,
        List<String> names,
        String trustDomain,
        String version,
        InstantSource clock,
        EventLog events,
        LinkTuning tuning) {

    /** With the usual patience. */
    public HubConfig(
            KubernetesClient client, Path folder, CertificateAuthority authority, String address, int port, List<String> names,
            String trustDomain, String version, InstantSource clock, EventLog events) {
        this(client, folder, authority, address, port, names, trustDomain, version, clock, events, LinkTuning.DEFAULT);
    }

    public HubConfig {
        names = List.copyOf(names);
    }
}
