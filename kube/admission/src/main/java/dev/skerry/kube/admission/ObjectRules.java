package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.kube.quota.Amounts;
import java.util.Set;

/** Rules of single kinds: who may approve and sign certificates, and which claims may grow. */
final class ObjectRules implements AdmissionPlugin {

    private static final String CERTIFICATES = "certificates.k8s.io";
    private static final String REQUESTS = "certificatesigningrequests";

    private final Followed followed;
    private final Authorizer authorizer;

    ObjectRules(Followed followed, Authorizer authorizer) {
        this.followed = followed;
        this.authorizer = authorizer;
    }

    @Override
    public void validate(Attributes attributes) throws RefusedException {
        if (attributes.object() == null) {
            return;
        }
        if (attributes.resource().is(CERTIFICATES, REQUESTS)) {
            certificate(attributes);
        } else if (attributes.updates("persistentvolumeclaims")) {
            grow(attributes);
        }
    }

    private void certificate(Attributes attributes) throws RefusedException {
        var signer = attributes.written().path("spec").path("signerName").asText("");
        var update = attributes.operation() == Operation.UPDATE;
        if (update && attributes.subresource().equals("approval")) {
            // The signer of the object before: the request cannot name another.
            var before = attributes.before().path("spec").path("signerName").asText("");
            if (!mayFor(attributes.user(), "approve", before)) {
                throw RefusedException.forbidden(attributes, "user not permitted to approve requests with signerName \"" + before + "\"");
            }
        } else if (update && attributes.subresource().equals("status")) {
            var before = attributes.before().path("status");
            var after = attributes.written().path("status");
            var signs = !after.path("certificate").equals(before.path("certificate")) || !failed(after).equals(failed(before));
            if (signs && !mayFor(attributes.user(), "sign", attributes.before().path("spec").path("signerName").asText(""))) {
                throw RefusedException.forbidden(attributes, "user not permitted to sign requests with signerName \"" + attributes.before().path("spec").path("signerName").asText("") + "\"");
            }
        } else if (attributes.operation() == Operation.CREATE && signer.equals("kubernetes.io/kube-apiserver-client")
                && CertificateSubjects.organizations(attributes.written().path("spec").path("request").asText("")).contains("system:masters")) {
            throw RefusedException.forbidden(attributes, "use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed");
        }
    }

    private static JsonNode failed(JsonNode status) {
        for (var condition : status.path("conditions")) {
            if (condition.path("type").asText().equals("Failed")) {
                return condition;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    private boolean mayFor(Requester user, String verb, String signer) {
        var slash = signer.indexOf('/');
        var domain = slash < 0 ? signer : signer.substring(0, slash);
        for (var name : Set.of(signer, domain + "/*")) {
            if (authorizer.decide(user, new Authorizer.Question(verb, CERTIFICATES, "*", "signers", "", "", name, "")).allowed()) {
                return true;
            }
        }
        return false;
    }

    private void grow(Attributes attributes) throws RefusedException {
        var before = attributes.before();
        var after = attributes.written();
        var was = Amounts.of(before.path("spec").path("resources").path("requests").path("storage").asText("0"));
        var wished = Amounts.of(after.path("spec").path("resources").path("requests").path("storage").asText("0"));
        if (wished.compareTo(was) <= 0) {
            return;
        }
        if (!before.path("status").path("phase").asText("").equals("Bound")) {
            throw RefusedException.forbidden(attributes, "Only bound persistent volume claims can be expanded");
        }
        var annotated = after.path("metadata").path("annotations").path("volume.beta.kubernetes.io/storage-class").asText("");
        var name = annotated.isEmpty() ? after.path("spec").path("storageClassName").asText("") : annotated;
        var allowed = !name.isEmpty() && followed.find(Followed.STORAGE_CLASSES + name).map(c -> c.path("allowVolumeExpansion").asBoolean()).orElse(false);
        if (!allowed) {
            throw RefusedException.forbidden(attributes,
                    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
        }
    }
}
