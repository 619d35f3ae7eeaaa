package dev.skerry.kube.controllers;

import dev.skerry.kube.pki.RequestedNames;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import java.util.List;
import java.util.Set;

/** What each of the standard signers signs. Pure. */
final class SignerRules {

    static final String CLIENT = "kubernetes.io/kube-apiserver-client";
    static final String KUBELET_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet";
    static final String KUBELET_SERVING = "kubernetes.io/kubelet-serving";
    static final String LEGACY = "kubernetes.io/legacy-unknown";

    private static final String NODES = "system:nodes";
    private static final String NODE = "system:node:";
    private static final Set<String> SIGNING = Set.of("digital signature", "key encipherment");

    private SignerRules() {}

    /** @return empty if the signer may sign it */
    static String fault(CertificateSigningRequest request, RequestedNames names) {
        var usages = request.getSpec().getUsages();
        return switch (request.getSpec().getSignerName()) {
            case CLIENT -> usages(usages, "client auth");
            case KUBELET_CLIENT -> kubelet(names, usages(usages, "client auth"), false);
            case KUBELET_SERVING -> !names.commonName().equals(request.getSpec().getUsername()) ? "common name does not match the requesting user"
                    : kubelet(names, usages(usages, "server auth"), true);
            case LEGACY -> "";
            default -> "unrecognized signerName: \"" + request.getSpec().getSignerName() + "\"";
        };
    }

    private static String usages(List<String> usages, String needed) {
        if (!usages.contains(needed)) {
            return "usages did not match expected values: requires \"" + needed + "\"";
        }
        return usages.stream().allMatch(u -> u.equals(needed) || SIGNING.contains(u)) ? "" : "usages did not match expected values";
    }

    private static String kubelet(RequestedNames names, String usages, boolean serves) {
        if (!names.organizations().equals(List.of(NODES))) {
            return "subject organization is not system:nodes";
        }
        if (!names.commonName().startsWith(NODE)) {
            return "subject common name does not begin with system:node:";
        }
        if (!names.mails().isEmpty()) {
            return "email subjectAltNames are not allowed";
        }
        if (!names.uris().isEmpty()) {
            return "URI subjectAltNames are not allowed";
        }
        var places = names.dnsNames().size() + names.addresses().size();
        if (serves && places == 0) {
            return "DNS or IP subjectAltName is required";
        }
        if (!serves && places > 0) {
            return names.dnsNames().isEmpty() ? "IP subjectAltNames are not allowed" : "DNS subjectAltNames are not allowed";
        }
        return usages;
    }
}
