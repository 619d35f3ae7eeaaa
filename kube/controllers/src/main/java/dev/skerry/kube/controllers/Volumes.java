package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings claims and volumes together, says what becomes of each, and keeps both from going while they are in use. */
final class Volumes implements Controller {

    private static final String COMPLETED = "pv.kubernetes.io/bind-completed";
    private static final String BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
    private static final String CLAIM_IN_USE = "kubernetes.io/pvc-protection";
    private static final String VOLUME_IN_USE = "kubernetes.io/pv-protection";
    private static final String CLAIM = "claim ";
    private static final String VOLUME = "volume ";

    private final Writer writer;
    private final Cache<PersistentVolumeClaim> claims;
    private final Cache<PersistentVolume> volumes;
    private final Cache<Pod> pods;
    private final Recorder events;
    private final Written writtenClaims;
    private final Written writtenVolumes;
    private final Provisioning provisioning;
    private final ControlLoop loop;

    Volumes(Writer writer, ControllersConfig config, Cache<PersistentVolumeClaim> claims, Cache<PersistentVolume> volumes, Cache<Pod> pods) {
        this.writer = writer;
        this.claims = claims;
        this.volumes = volumes;
        this.pods = pods;
        this.events = new Recorder(writer, config.clock(), "persistentvolume-controller");
        this.writtenClaims = new Written(claims);
        this.writtenVolumes = new Written(volumes);
        this.provisioning = new Provisioning(writer, events);
        // One at a time: two claims must not take one volume.
        this.loop = new ControlLoop("volumes", 1, this::reconcile);
        claims.onChange(c -> {
            loop.add(CLAIM + Cache.key(c));
            var name = c.getSpec().getVolumeName();
            if (name != null && !name.isEmpty()) {
                loop.add(VOLUME + name);
            }
        });
        volumes.onChange(v -> {
            loop.add(VOLUME + v.getMetadata().getName());
            claims.all().stream().filter(c -> !bound(c) || v.getMetadata().getName().equals(c.getSpec().getVolumeName())).forEach(c -> loop.add(CLAIM + Cache.key(c)));
        });
        pods.onChange(p -> usedBy(p).forEach(name -> loop.add(CLAIM + Cache.key(Cache.namespace(p), name))));
    }

    private static List<String> usedBy(Pod pod) {
        return pod.getSpec().getVolumes().stream()
                .flatMap(v -> v.getPersistentVolumeClaim() != null ? java.util.stream.Stream.of(v.getPersistentVolumeClaim().getClaimName())
                        : v.getEphemeral() != null ? java.util.stream.Stream.of(pod.getMetadata().getName() + "-" + v.getName()) : java.util.stream.Stream.empty())
                .toList();
    }

    private static boolean bound(PersistentVolumeClaim claim) {
        return !Revisions.annotation(claim, COMPLETED).isEmpty();
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        if (!writtenClaims.shown("") || !writtenVolumes.shown("")) {
            return Optional.of(Written.SOON);
        }
        if (key.startsWith(CLAIM)) {
            claims.find(key.substring(CLAIM.length())).ifPresent(this::claim);
        } else {
            volumes.find(key.substring(VOLUME.length())).ifPresent(this::volume);
        }
        return Optional.empty();
    }

    private void claim(PersistentVolumeClaim claim) {
        if (Cache.leaving(claim)) {
            release(claim);
            return;
        }
        if (bound(claim)) {
            checkBound(claim);
            return;
        }
        var named = claim.getSpec().getVolumeName();
        if (named != null && !named.isEmpty()) {
            volumes.find(named).filter(v -> v.getSpec().getClaimRef() == null || VolumeMatch.refersTo(v, claim))
                    .ifPresentOrElse(v -> bind(claim, v), () -> phase(claim, "Pending"));
            return;
        }
        if (provisioning.waitsForAPod(claim) && pods.inNamespace(Cache.namespace(claim)).stream().noneMatch(p -> PodState.active(p) && usedBy(p).contains(claim.getMetadata().getName()))) {
            phase(claim, "Pending");
            events.normal(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
            return;
        }
        var best = VolumeMatch.best(claim, volumes.all());
        if (best.isPresent()) {
            bind(claim, best.get());
        } else {
            phase(claim, "Pending");
            provisioning.ask(claim);
        }
    }

    private void checkBound(PersistentVolumeClaim claim) {
        var name = claim.getSpec().getVolumeName();
        var volume = volumes.find(name == null ? "" : name);
        if (volume.isEmpty() || volume.get().getSpec().getClaimRef() != null && !VolumeMatch.refersTo(volume.get(), claim)) {
            if (!phase(claim, "Lost")) {
                return;
            }
            if (volume.isEmpty()) {
                events.warning(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
            } else {
                events.warning(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
            }
        } else {
            bind(claim, volume.get());
        }
    }

    /** Each step is one write, and a step that is done is not done again: whenever we are stopped, the next look goes on from there. */
    private void bind(PersistentVolumeClaim claim, PersistentVolume volume) {
        if (!VolumeMatch.suits(claim, volume) && !bound(claim)) {
            phase(claim, "Pending");
            events.warning(claim, "VolumeMismatch", "Cannot bind to requested volume \"" + volume.getMetadata().getName() + "\": " + why(claim, volume));
            return;
        }
        var taken = volume;
        var reference = volume.getSpec().getClaimRef();
        if (reference == null || reference.getUid() == null || reference.getUid().isEmpty()) {
            var fields = new LinkedHashMap<String, Object>();
            var meta = claim.getMetadata();
            fields.put("spec", Map.of("claimRef", Map.of("kind", "PersistentVolumeClaim", "apiVersion", "v1", "namespace", Cache.namespace(claim),
                    "name", meta.getName(), "uid", meta.getUid(), "resourceVersion", meta.getResourceVersion())));
            if (reference == null) {
                fields.put("metadata", Map.of("annotations", Map.of(BY_CONTROLLER, "yes")));
            }
            taken = note(writer.merge(volume, fields));
        }
        if (!"Bound".equals(status(taken))) {
            taken = note(writer.mergeStatus(taken, Map.of("phase", "Bound")));
        }
        var ours = claim;
        if (!bound(claim) || !taken.getMetadata().getName().equals(claim.getSpec().getVolumeName())) {
            var annotations = new HashMap<String, String>();
            annotations.put(COMPLETED, "yes");
            var fields = new LinkedHashMap<String, Object>();
            if (!taken.getMetadata().getName().equals(claim.getSpec().getVolumeName())) {
                annotations.put(BY_CONTROLLER, "yes");
                fields.put("spec", Map.of("volumeName", taken.getMetadata().getName()));
            }
            fields.put("metadata", Map.of("annotations", annotations));
            ours = note(writer.merge(claim, fields));
        }
        var status = new HashMap<String, @Nullable Object>();
        status.put("phase", "Bound");
        status.put("accessModes", taken.getSpec().getAccessModes());
        if (ours.getStatus() == null || ours.getStatus().getCapacity() == null || ours.getStatus().getCapacity().isEmpty()) {
            status.put("capacity", taken.getSpec().getCapacity());
        }
        if (taken.getSpec().getVolumeAttributesClassName() != null) {
            status.put("currentVolumeAttributesClassName", taken.getSpec().getVolumeAttributesClassName());
        }
        if (!Numbers.shows(writer, ours.getStatus(), status)) {
            note(writer.mergeStatus(ours, status));
        }
    }

    private static String why(PersistentVolumeClaim claim, PersistentVolume volume) {
        if (!VolumeMatch.storageClass(claim).equals(VolumeMatch.storageClass(volume))) {
            return "storageClassName does not match";
        }
        return volume.getSpec().getAccessModes().containsAll(claim.getSpec().getAccessModes()) ? "requested PV is too small" : "incompatible accessMode";
    }

    private static String status(PersistentVolume volume) {
        return volume.getStatus() == null || volume.getStatus().getPhase() == null ? "" : volume.getStatus().getPhase();
    }

    /** @return whether that is news */
    private boolean phase(PersistentVolumeClaim claim, String phase) {
        if (claim.getStatus() != null && phase.equals(claim.getStatus().getPhase())) {
            return false;
        }
        note(writer.mergeStatus(claim, Map.of("phase", phase)));
        return true;
    }

    private void volume(PersistentVolume volume) {
        var reference = volume.getSpec().getClaimRef();
        if (Cache.leaving(volume) && !status(volume).equals("Bound")) {
            unprotect(volume, VOLUME_IN_USE);
            return;
        }
        if (reference == null || reference.getUid() == null || reference.getUid().isEmpty()) {
            phase(volume, "Available", "");
            return;
        }
        var key = Cache.key(String.valueOf(reference.getNamespace()), String.valueOf(reference.getName()));
        var claim = claims.find(key).filter(c -> c.getMetadata().getUid().equals(reference.getUid()));
        if (claim.isPresent()) {
            if (volume.getMetadata().getName().equals(claim.get().getSpec().getVolumeName())) {
                phase(volume, "Bound", "");
            }
            return;
        }
        // The cache may be behind; what is released is not taken back.
        var live = writer.client().persistentVolumeClaims().inNamespace(String.valueOf(reference.getNamespace())).withName(String.valueOf(reference.getName())).get();
        if (live != null && live.getMetadata().getUid().equals(reference.getUid())) {
            return;
        }
        if (!status(volume).equals("Failed")) {
            phase(volume, "Released", "");
        }
        if ("Delete".equals(volume.getSpec().getPersistentVolumeReclaimPolicy()) && Revisions.annotation(volume, Provisioning.BY).isEmpty()) {
            var message = "error getting deleter volume plugin for volume \"" + volume.getMetadata().getName() + "\": no deletable volume plugin matched";
            phase(volumes.find(volume.getMetadata().getName()).orElse(volume), "Failed", message);
            events.warning(volume, "VolumeFailedDelete", message);
        }
    }

    private void phase(PersistentVolume volume, String phase, String message) {
        if (status(volume).equals(phase)) {
            return;
        }
        var status = new HashMap<String, @Nullable Object>();
        status.put("phase", phase);
        status.put("message", message.isEmpty() ? null : message);
        note(writer.mergeStatus(volume, status));
        // A volume that is free may be what a claim waits for.
        if (phase.equals("Available")) {
            claims.all().stream().filter(c -> !bound(c)).forEach(c -> loop.add(CLAIM + Cache.key(c)));
        }
    }

    /** A claim goes when no Pod uses it any more. */
    private void release(PersistentVolumeClaim claim) {
        var name = claim.getMetadata().getName();
        if (pods.inNamespace(Cache.namespace(claim)).stream().noneMatch(p -> usedBy(p).contains(name) && !PodState.finished(p) && !PodState.node(p).isEmpty())) {
            unprotect(claim, CLAIM_IN_USE);
        }
    }

    private void unprotect(io.fabric8.kubernetes.api.model.HasMetadata object, String finalizer) {
        if (!object.getMetadata().getFinalizers().contains(finalizer)) {
            return;
        }
        try {
            writer.merge(object, Map.of("metadata", Map.of("finalizers", object.getMetadata().getFinalizers().stream().filter(f -> !f.equals(finalizer)).toList())));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private PersistentVolume note(PersistentVolume volume) {
        writtenVolumes.note("", volume);
        return volume;
    }

    private PersistentVolumeClaim note(PersistentVolumeClaim claim) {
        writtenClaims.note("", claim);
        return claim;
    }

    @Override
    public void close() {
        loop.close();
    }
}
