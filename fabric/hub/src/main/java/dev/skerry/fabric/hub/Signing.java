package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.WorkSignature;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.model.WorkSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Base64;

/** Signs Works with the key of this place's authority, which its sites know since they enrolled. */
record Signing(CertificateAuthority authority, KubernetesClient client) {

    WorkSpec signed(String site, WorkSpec spec) {
        var unsigned = new WorkSpec(spec.app(), spec.appNamespace(), spec.revision(), spec.drift(), spec.manifests(), null);
        var text = WorkSignature.text(site, client.getKubernetesSerialization().asJson(unsigned));
        return new WorkSpec(spec.app(), spec.appNamespace(), spec.revision(), spec.drift(), spec.manifests(), Base64.getEncoder().encodeToString(authority.sign(text)));
    }
}
