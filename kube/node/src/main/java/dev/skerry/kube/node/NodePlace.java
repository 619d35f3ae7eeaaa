package dev.skerry.kube.node;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where a node's things lie. What must survive a reboot is below the folder; sockets and mounts are below {@code /run}, which a
 * reboot empties. Whom Pods ask for names belongs to the place as well. Many nodes may share a machine: all names of the machine hold a hash of the folder.
 */
record NodePlace(Path folder, NodeConfig.Dns dns) {

    private static final int HASH = 8;

    NodePlace {
        folder = folder.toAbsolutePath().normalize();
    }

    /** For those to whom names do not matter. */
    NodePlace(Path folder) {
        this(folder, NodeConfig.Dns.none());
    }

    /** Eight hexadecimal digits of the folder's path. */
    String hash() {
        return hash(folder.toString()).substring(0, HASH);
    }

    static String hash(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Path run() {
        return Path.of("/run", "skerry-" + hash());
    }

    /** Short enough for the 107 bytes of a socket's address, however deep the folder lies. */
    Path socket() {
        return run().resolve("containerd.sock");
    }

    Path state() {
        return run().resolve("state");
    }

    Path root() {
        return folder.resolve("containerd");
    }

    Path config() {
        return folder.resolve("containerd.toml");
    }

    Path containerdLog() {
        return folder.resolve("containerd.log");
    }

    /** Holds the process id of the containerd that was started last, and when that process began. */
    Path pidFile() {
        return run().resolve("containerd.pid");
    }

    Path networkConfig() {
        return folder.resolve("cni");
    }

    /** Where host-local keeps the addresses that are taken. */
    Path addresses() {
        return folder.resolve("addresses");
    }

    Path cidrFile() {
        return folder.resolve("pod-cidr");
    }

    /** A network interface's name has at most 15 characters. */
    String bridge() {
        return "sk-" + hash();
    }

    String network() {
        return "skerry-" + hash();
    }

    String cgroup() {
        return "/skerry-" + hash();
    }

    /** Files of Pods that run without the API asking for them. */
    Path manifests() {
        return folder.resolve("manifests");
    }

    /** Folders that were made for claims. */
    Path volumes() {
        return folder.resolve("volumes");
    }

    Path pods() {
        return folder.resolve("pods");
    }

    Path pod(String uid) {
        return pods().resolve(uid);
    }

    Path logs() {
        return folder.resolve("logs");
    }

    Path logs(String namespace, String name, String uid) {
        return logs().resolve(namespace + "_" + name + "_" + uid);
    }
}
