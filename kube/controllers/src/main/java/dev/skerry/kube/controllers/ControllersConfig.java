package dev.skerry.kube.controllers;

import dev.skerry.kube.pki.CertificateAuthority;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What the controllers are given. {@code withX} changes one part.
 *
 * @param authorityPem the certificate authority of the API, in PEM, which every namespace shows to its Pods
 * @param clock what the time is; waiting does not ask it
 * @param signer signs approved requests of clients and kubelets; without one, nobody does
 * @param shared the name of this program among several that share one store: then only the one that holds the Lease
 *     {@code kube-system/kube-controller-manager} works. Empty for one that is alone
 */
public record ControllersConfig(String authorityPem, InstantSource clock, Optional<CertificateAuthority> signer, Optional<String> shared) {

    /** Alone, and without a signer. */
    public ControllersConfig(String authorityPem, InstantSource clock) {
        this(authorityPem, clock, Optional.empty(), Optional.empty());
    }

    public ControllersConfig withSigner(CertificateAuthority authority) {
        return new ControllersConfig(authorityPem, clock, Optional.of(authority), shared);
    }

    /** @param identity differs between all that share the store, such as host name and a random part */
    public ControllersConfig withShared(String identity) {
        return new ControllersConfig(authorityPem, clock, signer, Optional.of(identity));
    }
}
