package dev.skerry.kube.node;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What a node agent is given.
 *
 * @param nodeName the name of the {@code Node} object, a DNS name
 * @param folder for everything that it keeps: containerd's root, volumes, logs
 * @param podCidr the Pods' network, such as {@code 10.42.7.0/24}; chosen from the folder's path if not said
 */
public record NodeConfig(String nodeName, Path folder, Optional<String> podCidr, InstantSource clock) {

    public NodeConfig {
        folder = folder.toAbsolutePath().normalize();
    }
}
