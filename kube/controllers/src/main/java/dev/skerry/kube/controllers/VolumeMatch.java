package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which volume suits a claim: of its class, with its access modes, large enough, and the smallest of those. Pure. */
final class VolumeMatch {

    private static final String OLD_CLASS = "volume.beta.kubernetes.io/storage-class";

    private VolumeMatch() {}

    static Optional<PersistentVolume> best(PersistentVolumeClaim claim, Collection<PersistentVolume> volumes) {
        var reserved = volumes.stream().filter(v -> refersTo(v, claim) && !Cache.leaving(v)).findFirst();
        if (reserved.isPresent()) {
            return reserved.filter(v -> suits(claim, v));
        }
        return volumes.stream()
                .filter(v -> v.getSpec().getClaimRef() == null && !Cache.leaving(v) && v.getStatus() != null && "Available".equals(v.getStatus().getPhase()))
                .filter(v -> suits(claim, v) && selected(claim, v))
                .min(Comparator.comparing((PersistentVolume v) -> storage(v.getSpec().getCapacity())).thenComparing(v -> v.getMetadata().getName()));
    }

    /** Whether the volume names the claim, by its UID if it says one. */
    static boolean refersTo(PersistentVolume volume, PersistentVolumeClaim claim) {
        var reference = volume.getSpec().getClaimRef();
        return reference != null && claim.getMetadata().getName().equals(reference.getName()) && Cache.namespace(claim).equals(reference.getNamespace())
                && (reference.getUid() == null || reference.getUid().isEmpty() || reference.getUid().equals(claim.getMetadata().getUid()));
    }

    static boolean suits(PersistentVolumeClaim claim, PersistentVolume volume) {
        var wanted = claim.getSpec().getResources() == null ? null : claim.getSpec().getResources().getRequests();
        return storageClass(claim).equals(storageClass(volume))
                && volume.getSpec().getAccessModes().containsAll(claim.getSpec().getAccessModes())
                && mode(claim.getSpec().getVolumeMode()).equals(mode(volume.getSpec().getVolumeMode()))
                && text(claim.getSpec().getVolumeAttributesClassName()).equals(text(volume.getSpec().getVolumeAttributesClassName()))
                && storage(volume.getSpec().getCapacity()).compareTo(storage(wanted)) >= 0;
    }

    private static boolean selected(PersistentVolumeClaim claim, PersistentVolume volume) {
        var selector = claim.getSpec().getSelector();
        return selector == null || new Selection(selector).empty() || new Selection(selector).test(volume.getMetadata().getLabels());
    }

    static String storageClass(PersistentVolumeClaim claim) {
        var old = Revisions.annotation(claim, OLD_CLASS);
        return old.isEmpty() ? text(claim.getSpec().getStorageClassName()) : old;
    }

    static String storageClass(PersistentVolume volume) {
        var old = Revisions.annotation(volume, OLD_CLASS);
        return old.isEmpty() ? text(volume.getSpec().getStorageClassName()) : old;
    }

    private static String mode(@Nullable String mode) {
        return mode == null ? "Filesystem" : mode;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static BigDecimal storage(@Nullable Map<String, Quantity> amounts) {
        var storage = amounts == null ? null : amounts.get("storage");
        return storage == null ? BigDecimal.ZERO : storage.getNumericalAmount();
    }
}
