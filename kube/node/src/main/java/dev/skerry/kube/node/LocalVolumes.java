package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Makes a folder of this machine for each claim of the class {@code local}, and deletes it when its claim has gone. How much is in
 * a folder is not limited.
 */
final class LocalVolumes implements AutoCloseable {

    /** Lies beside each folder that was made for a claim. */
    static final String MARK = ".claimed";

    private static final System.Logger LOG = System.getLogger(LocalVolumes.class.getName());
    private static final String CLASS = "local";
    private static final String PROVISIONER = "node.local/folder";
    private static final String WISHED = "volume.kubernetes.io/storage-provisioner";
    private static final String MADE_BY = "pv.kubernetes.io/provisioned-by";
    private static final String DEFAULT = "storageclass.kubernetes.io/is-default-class";
    private static final int OPEN_TO_ALL = 0777;
    private static final long LOOK_EVERY = 30_000;

    private final KubernetesClient client;
    private final String node;
    private final Path folder;
    private final SharedIndexInformer<PersistentVolumeClaim> claims;
    private final SharedIndexInformer<PersistentVolume> volumes;
    private final BlockingQueue<Boolean> kicks = new ArrayBlockingQueue<>(1);
    private final Thread thread;

    LocalVolumes(KubernetesClient client, String node, Path folder) {
        this.client = client;
        this.node = node;
        this.folder = folder;
        this.claims = client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0);
        this.volumes = client.persistentVolumes().runnableInformer(0);
        claims.exceptionHandler((started, problem) -> true);
        volumes.exceptionHandler((started, problem) -> true);
        claims.addEventHandler(new Kick<>());
        volumes.addEventHandler(new Kick<>());
        this.thread = Thread.ofVirtual().name("local-volumes").unstarted(this::keep);
    }

    private final class Kick<T> implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T object) {
            var unused = kicks.offer(true);
        }

        @Override
        public void onUpdate(T before, T now) {
            var unused = kicks.offer(true);
        }

        @Override
        public void onDelete(T object, boolean unknownFinalState) {
            var unused = kicks.offer(true);
        }
    }

    void start() {
        var unused = claims.start();
        var unusedToo = volumes.start();
        thread.start();
    }

    private void keep() {
        boolean named = false;
        try {
            while (true) {
                try {
                    named = named || name();
                    look();
                } catch (IOException | KubernetesClientException e) {
                    LOG.log(DEBUG, "local volumes: {0}", e.getMessage());
                }
                var unused = kicks.poll(LOOK_EVERY, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    /** The class is there, as the default if nobody has said another. */
    private boolean name() {
        var classes = client.storage().v1().storageClasses();
        if (classes.withName(CLASS).get() == null) {
            boolean other = classes.list().getItems().stream().anyMatch(c -> c.getMetadata().getAnnotations() != null && "true".equals(c.getMetadata().getAnnotations().get(DEFAULT)));
            try {
                var unused = classes.resource(new StorageClassBuilder()
                        .withNewMetadata().withName(CLASS).addToAnnotations(DEFAULT, Boolean.toString(!other)).endMetadata()
                        .withProvisioner(PROVISIONER).withReclaimPolicy("Delete").withVolumeBindingMode("Immediate").build()).create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
        }
        return true;
    }

    private void look() throws IOException {
        for (var claim : claims.getIndexer().list()) {
            var wished = Optional.ofNullable(claim.getMetadata().getAnnotations()).map(a -> a.get(WISHED)).orElse("");
            if (wished.equals(PROVISIONER) && Optional.ofNullable(claim.getSpec().getVolumeName()).orElse("").isEmpty() && claim.getMetadata().getDeletionTimestamp() == null) {
                make(claim);
            }
        }
        for (var volume : volumes.getIndexer().list()) {
            var by = Optional.ofNullable(volume.getMetadata().getAnnotations()).map(a -> a.get(MADE_BY)).orElse("");
            boolean released = volume.getStatus() != null && "Released".equals(volume.getStatus().getPhase());
            if (by.equals(PROVISIONER) && released && "Delete".equals(volume.getSpec().getPersistentVolumeReclaimPolicy()) && volume.getSpec().getLocal() != null) {
                delete(volume);
            }
        }
    }

    private void make(PersistentVolumeClaim claim) throws IOException {
        var name = "pvc-" + claim.getMetadata().getUid();
        if (volumes.getIndexer().getByKey(name) != null) {
            return;
        }
        if ("Block".equals(claim.getSpec().getVolumeMode())) {
            LOG.log(WARNING, "claim {0}/{1}: volumeMode Block (expected: Filesystem)", claim.getMetadata().getNamespace(), claim.getMetadata().getName());
            return;
        }
        var data = folder.resolve(name).resolve("data");
        Files.createDirectories(data);
        Ownership.mode(data, OPEN_TO_ALL);
        Files.write(folder.resolve(name).resolve(MARK), new byte[0]);
        var policy = Optional.ofNullable(client.storage().v1().storageClasses().withName(claim.getSpec().getStorageClassName()).get()).map(c -> c.getReclaimPolicy()).orElse("Delete");
        var volume = new PersistentVolumeBuilder()
                .withNewMetadata().withName(name).addToAnnotations(MADE_BY, PROVISIONER).endMetadata()
                .withNewSpec()
                .withCapacity(claim.getSpec().getResources().getRequests())
                .withAccessModes(claim.getSpec().getAccessModes())
                .withPersistentVolumeReclaimPolicy(policy)
                .withStorageClassName(claim.getSpec().getStorageClassName())
                .withClaimRef(new ObjectReferenceBuilder().withApiVersion("v1").withKind("PersistentVolumeClaim")
                        .withNamespace(claim.getMetadata().getNamespace()).withName(claim.getMetadata().getName()).withUid(claim.getMetadata().getUid()).build())
                .withNewLocal().withPath(data.toString()).endLocal()
                .withNewNodeAffinity().withNewRequired().addToNodeSelectorTerms(new NodeSelectorTermBuilder().addToMatchExpressions(
                        new NodeSelectorRequirementBuilder().withKey("kubernetes.io/hostname").withOperator("In").withValues(node).build()).build()).endRequired().endNodeAffinity()
                .endSpec().build();
        try {
            var unused = client.resource(volume).create();
            LOG.log(INFO, "volume {0}: made for claim {1}/{2}", name, claim.getMetadata().getNamespace(), claim.getMetadata().getName());
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private void delete(PersistentVolume volume) throws IOException {
        var path = Path.of(volume.getSpec().getLocal().getPath()).getParent();
        // Of another node, or not as it was made: not ours to delete.
        if (path == null || !folder.equals(path.getParent()) || Files.notExists(path.resolve(MARK))) {
            return;
        }
        Volumes.delete(path);
        var unused = client.persistentVolumes().withName(volume.getMetadata().getName()).delete();
        LOG.log(INFO, "volume {0}: deleted with what was in it", volume.getMetadata().getName());
    }

    @Override
    public void close() {
        thread.interrupt();
        claims.stop();
        volumes.stop();
    }
}
