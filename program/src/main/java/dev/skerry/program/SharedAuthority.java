package dev.skerry.program;

import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** All replicas of one cluster sign with one authority. The store holds its fingerprint, never its key: that is copied by hand. */
final class SharedAuthority {

    /** Outside of what the API shows. */
    private static final String KEY = "/-/authority";

    private SharedAuthority() {}

    /** @throws IOException if the store belongs to a cluster of another authority */
    static void check(ObjectStore store, CertificateAuthority authority, Path pki) throws IOException {
        var ours = Keys.fingerprint(authority.certificate().getPublicKey());
        var bytes = ours.getBytes(StandardCharsets.UTF_8);
        var kept = store.get(KEY).or(() -> store.create(KEY, revision -> bytes)).or(() -> store.get(KEY));
        var theirs = kept.map(e -> new String(e.value(), StandardCharsets.UTF_8)).orElse(ours);
        if (!theirs.equals(ours)) {
            throw new IOException("api.pki: " + pki + " holds the authority " + ours + " (expected: " + theirs
                    + ", that of the cluster in this store; copy ca.crt and ca.key from the pki folder of its first replica)");
        }
    }
}
