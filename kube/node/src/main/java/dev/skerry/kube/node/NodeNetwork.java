package dev.skerry.kube.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The network of a node's Pods, for whoever else has to know it.
 *
 * @param name unlike that of any other node on the machine
 * @param bridge the interface that all Pods are behind
 * @param cidr their addresses
 */
public record NodeNetwork(String name, String bridge, String cidr) {

    /** What a node agent of that configuration uses; chosen now if no agent has before. */
    public static NodeNetwork of(NodeConfig config) throws IOException {
        var place = new NodePlace(config.folder());
        Files.createDirectories(config.folder());
        return new NodeNetwork(place.network(), place.bridge(), new PodNetwork(place, config.podCidr()).cidr());
    }

    /** The name alone, for who takes a node away. */
    public static String name(Path folder) {
        return new NodePlace(folder).network();
    }
}
