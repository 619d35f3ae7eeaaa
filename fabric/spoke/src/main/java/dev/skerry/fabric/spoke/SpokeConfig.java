package dev.skerry.fabric.spoke;

import dev.skerry.data.EventLog;
import dev.skerry.fabric.link.LinkSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a spoke is given.
 *
 * @param name of this site, by which the parent knows it
 * @param host of the parent's hub
 * @param token needed once, to enrol
 * @param folder for keys, certificates and what was received
 * @param client of this site's own API; the caller closes it after the spoke
 * @param events of this site, which are sent up
 * @param dataChannel hears where readings go, at the start and whenever a certificate was renewed
 */
public record SpokeConfig(
        String name,
        String host,
        int port,
        Optional<String> token,
        Path folder,
        KubernetesClient client,
        String version,
        EventLog events,
        InstantSource clock,
        LinkSettings settings,
        Consumer<DataChannel> dataChannel) {}
