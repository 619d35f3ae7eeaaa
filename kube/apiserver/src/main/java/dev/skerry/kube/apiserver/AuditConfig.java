package dev.skerry.kube.apiserver;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the audit log goes.
 *
 * @param file the newest part; older ones lie beside it with the number of their first line in the name
 * @param policy an audit.k8s.io/v1 Policy as YAML; empty for the usual one: who wrote what, without contents, leases and events
 * @param maxBytes of one file; then the next one begins
 * @param maxFiles that are kept, the newest included
 * @param maxAge of a file; then the next one begins, and older ones go
 */
public record AuditConfig(Path file, String policy, long maxBytes, int maxFiles, Duration maxAge) {

    public AuditConfig {
        if (maxBytes < 4_096) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: 4096 or more)");
        }
        if (maxFiles < 1) {
            throw new IllegalArgumentException("maxFiles: " + maxFiles + " (expected: 1 or more)");
        }
    }

    /** 8 files of 8 MiB, for at most 90 days. */
    public static AuditConfig usual(Path file) {
        return new AuditConfig(file, "", 8 << 20, 8, Duration.ofDays(90));
    }
}
