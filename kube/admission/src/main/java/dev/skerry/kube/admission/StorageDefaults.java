package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Optional;

/** Default storage and ingress classes, and the finalizers that keep volumes and claims while they are used. */
final class StorageDefaults implements AdmissionPlugin {

    private static final String DEFAULT_STORAGE = "storageclass.kubernetes.io/is-default-class";
    private static final String DEFAULT_STORAGE_BETA = "storageclass.beta.kubernetes.io/is-default-class";
    private static final String STORAGE_BETA = "volume.beta.kubernetes.io/storage-class";
    private static final String DEFAULT_INGRESS = "ingressclass.kubernetes.io/is-default-class";
    private static final String INGRESS_OLD = "kubernetes.io/ingress.class";

    private final Followed followed;

    StorageDefaults(Followed followed) {
        this.followed = followed;
    }

    @Override
    public void mutate(Attributes attributes) {
        if (attributes.operation() != Operation.CREATE || attributes.object() == null || !attributes.subresource().isEmpty()) {
            return;
        }
        var object = attributes.object();
        if (attributes.resource().core("persistentvolumeclaims")) {
            storageClass(object);
            protect(object, "kubernetes.io/pvc-protection");
        } else if (attributes.resource().core("persistentvolumes")) {
            protect(object, "kubernetes.io/pv-protection");
        } else if (attributes.resource().is("networking.k8s.io", "ingresses")) {
            ingressClass(object);
        }
    }

    private void storageClass(ObjectNode claim) {
        if (claim.path("spec").hasNonNull("storageClassName") || claim.path("metadata").path("annotations").has(STORAGE_BETA)) {
            return;
        }
        newestDefault(Followed.STORAGE_CLASSES, DEFAULT_STORAGE, DEFAULT_STORAGE_BETA)
                .ifPresent(name -> claim.withObject("/spec").put("storageClassName", name));
    }

    private void ingressClass(ObjectNode ingress) {
        if (ingress.path("spec").hasNonNull("ingressClassName") || ingress.path("metadata").path("annotations").has(INGRESS_OLD)) {
            return;
        }
        newestDefault(Followed.INGRESS_CLASSES, DEFAULT_INGRESS, DEFAULT_INGRESS)
                .ifPresent(name -> ingress.withObject("/spec").put("ingressClassName", name));
    }

    private Optional<String> newestDefault(String prefix, String annotation, String other) {
        return followed.all(prefix).stream()
                .filter(c -> says(c, annotation) || says(c, other))
                .max(Comparator.comparing((ObjectNode c) -> c.path("metadata").path("creationTimestamp").asText())
                        .thenComparing(c -> c.path("metadata").path("name").asText(), Comparator.reverseOrder()))
                .map(c -> c.path("metadata").path("name").asText());
    }

    private static boolean says(ObjectNode of, String annotation) {
        return of.path("metadata").path("annotations").path(annotation).asText("").equals("true");
    }

    private static void protect(ObjectNode object, String finalizer) {
        var finalizers = object.withObject("/metadata").withArray("finalizers");
        for (var one : finalizers) {
            if (one.asText().equals(finalizer)) {
                return;
            }
        }
        finalizers.add(finalizer);
    }
}
