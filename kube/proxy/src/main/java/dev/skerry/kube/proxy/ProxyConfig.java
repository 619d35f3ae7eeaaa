package dev.skerry.kube.proxy;

import java.nio.file.Path;
import java.time.InstantSource;

/**
 * What the Services of a node are given.
 *
 * @param nodeName the name of the {@code Node} object
 * @param table the name of our table in nftables, unlike any other on the machine
 * @param bridge the interface of the Pods' network
 * @param podCidr its addresses, such as {@code 10.42.7.0/24}
 * @param apiAddress where the API server listens
 * @param apiPort and on which port
 * @param domain of the cluster, such as {@code cluster.local}
 * @param resolvConf the file that says whom to ask for names that are not the cluster's
 */
public record ProxyConfig(
        String nodeName, String table, String bridge, String podCidr, String apiAddress, int apiPort, String domain, Path resolvConf, InstantSource clock) {

    /** The Service address of the API. */
    public static final String API = "10.96.0.1";
    /** The Service address of the cluster's DNS. */
    public static final String DNS = "10.96.0.10";

    /** The machine's own address in the Pods' network. */
    String gateway() {
        var network = podCidr.substring(0, podCidr.indexOf('/'));
        int dot = network.lastIndexOf('.');
        return network.substring(0, dot + 1) + (Integer.parseInt(network.substring(dot + 1)) + 1);
    }

    String prefix() {
        return podCidr.substring(podCidr.indexOf('/') + 1);
    }

    String apiEndpoint() {
        return local() ? gateway() : apiAddress;
    }

    /** Whether Pods reach the API only by way of the machine's loopback, or of any of its addresses. */
    boolean local() {
        return apiAddress.startsWith("127.") || apiAddress.equals("0.0.0.0") || apiAddress.contains(":");
    }
}
