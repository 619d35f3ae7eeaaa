package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of the volumes of a Pod. */
final class VolumeValidation {
    /** The sources, in the order in which upstream looks for them. */
    private static final List<String> SOURCES = List.of("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
            "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile",
            "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "storageos", "projected", "scaleIO", "csi", "ephemeral", "image");

    private VolumeValidation() {}

    /** The sources of the volumes without faults, by name. */
    static Map<String, JsonNode> volumes(Place volumes, String pod) {
        Map<String, JsonNode> good = new HashMap<>();
        Set<String> made = new HashSet<>();
        for (Place volume : volumes.items()) {
            if (!pod.isEmpty() && volume.has("ephemeral")) {
                made.add(pod + "-" + volume.get("name").text());
            }
        }
        for (Place volume : volumes.items()) {
            int before = volume.causes().size();
            source(volume, pod);
            Place name = volume.get("name");
            if (name.must()) {
                name.label();
            }
            if (good.containsKey(name.text())) {
                name.duplicate();
            }
            if (volume.causes().size() == before) {
                good.put(name.text(), volume.value());
            }
            Place claim = volume.get("persistentVolumeClaim", "claimName");
            if (made.contains(claim.text())) {
                claim.invalidText("must not reference a PVC that gets created for an ephemeral volume");
            }
        }
        return good;
    }

    private static void source(Place volume, String pod) {
        boolean some = false;
        for (String kind : SOURCES) {
            Place source = volume.get(kind);
            if (!source.given()) {
                continue;
            }
            if (some) {
                volume.get(kind.equals("cephfs") ? "cephFS" : kind.equals("downwardAPI") ? "downwarAPI" : kind).forbidden("may not specify more than 1 volume type");
            } else {
                some = true;
                one(kind, source, volume, pod);
            }
        }
        if (!some) {
            volume.required("must specify a volume type");
        }
    }

    private static void one(String kind, Place source, Place volume, String pod) {
        switch (kind) {
            case "emptyDir" -> {
                if (source.get("sizeLimit").amount().filter(q -> q.signum() < 0).isPresent()) {
                    source.get("sizeLimit").forbidden("SizeLimit field must be a valid resource quantity");
                }
            }
            case "secret", "configMap" -> {
                source.get(kind.equals("secret") ? "secretName" : "name").must();
                Forms.fileMode(source.get("defaultMode"));
                source.get("items").items().forEach(VolumeValidation::keyToPath);
            }
            case "persistentVolumeClaim" -> source.get("claimName").must();
            case "gitRepo" -> {
                source.get("repository").must();
                Forms.descendingPath(source.get("directory"));
            }
            case "downwardAPI" -> {
                Forms.fileMode(source.get("defaultMode"));
                source.get("items").items().forEach(i -> file(i, source));
            }
            case "projected" -> projected(source);
            case "csi" -> {
                DriverVolumes.driverName(source.get("driver"));
                Place secret = source.get("nodePublishSecretRef");
                if (secret.given() && secret.get("name").must()) {
                    secret.get("name").named(source.path() + ".name").subdomain();
                }
            }
            case "ephemeral" -> {
                Place template = source.get("volumeClaimTemplate");
                if (!template.given()) {
                    template.required();
                } else {
                    template.get("metadata", "labels").labels();
                    ClaimValidation.spec(template.get("spec"));
                }
                String name = volume.get("name").text();
                if (!pod.isEmpty() && !name.isEmpty()) {
                    Names.subdomain(pod + "-" + name).forEach(f -> volume.get("name").invalidText("PVC name " + Names.quote(pod + "-" + name) + ": " + f));
                }
            }
            case "image" -> {
                source.get("reference").must();
                source.get("pullPolicy").mustBeOneOf("Always", "IfNotPresent", "Never");
            }
            default -> DriverVolumes.check(kind, source, volume.get("name").text(), false);
        }
    }

    private static void keyToPath(Place item) {
        item.get("key").must();
        item.get("path").must();
        Forms.localPath(item.get("path"));
        Forms.fileMode(item.get("mode"));
    }

    /** A file of a downward volume; faults name the volume, not the file. */
    private static void file(Place file, Place source) {
        Place at = file.named(source.path());
        at.get("path").must();
        Forms.localPath(at.get("path"));
        if (file.has("fieldRef")) {
            EnvironmentValidation.fileField(at.get("fieldRef"));
            if (file.has("resourceFieldRef")) {
                at.invalidAs("\"resource\"", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        } else if (file.has("resourceFieldRef")) {
            EnvironmentValidation.resource(at.get("resourceFieldRef"), true);
        } else {
            at.required("one of fieldRef and resourceFieldRef is required");
        }
        Forms.fileMode(at.get("mode"));
    }

    private static void projected(Place volume) {
        Forms.fileMode(volume.get("defaultMode"));
        Set<String> paths = new HashSet<>();
        for (Place source : volume.get("sources").items()) {
            int kinds = 0;
            for (String kind : List.of("secret", "configMap")) {
                Place one = source.get(kind);
                if (one.given()) {
                    kinds++;
                    one.get("name").must();
                    for (Place item : one.get("items").items()) {
                        keyToPath(item);
                        once(item.get("path").text(), paths, volume, one.get("name").text());
                    }
                }
            }
            Place downward = source.get("downwardAPI");
            if (downward.given()) {
                kinds++;
                for (Place item : downward.get("items").items()) {
                    file(item, downward);
                    once(item.get("path").text(), paths, volume, item.get("path").text());
                }
            }
            if (source.has("serviceAccountToken")) {
                kinds++;
                token(source.get("serviceAccountToken"), volume);
            }
            if (source.has("clusterTrustBundle")) {
                kinds++;
                bundle(source.get("clusterTrustBundle"), volume, paths);
            }
            if (source.has("podCertificate")) {
                kinds++;
            }
            if (kinds > 1) {
                source.forbidden("may not specify more than 1 volume type per source");
            }
        }
    }

    private static void once(String path, Set<String> paths, Place volume, String shown) {
        if (!path.isEmpty() && !paths.add(path)) {
            volume.invalidAs(Names.quote(shown), "conflicting duplicate paths");
        }
    }

    private static void token(Place token, Place volume) {
        Place seconds = token.get("expirationSeconds");
        if (seconds.number() < 600) {
            seconds.invalidNumber("may not specify a duration less than 10 minutes");
        }
        if (seconds.number() > 1L << 32) {
            seconds.invalidNumber("may not specify a duration larger than 2^32 seconds");
        }
        Place path = token.get("path").named(volume.path() + ".path");
        if (path.must()) {
            Forms.localPath(path);
        }
    }

    private static void bundle(Place bundle, Place volume, Set<String> paths) {
        boolean name = bundle.has("name");
        boolean signer = bundle.has("signerName");
        if (name && signer) {
            bundle.invalidAs(GoView.show(bundle.value(), "k8s.io.api.core.v1.ClusterTrustBundleProjection"), "only one of name and signerName may be used");
        } else if (name) {
            if (bundle.get("name").blank()) {
                bundle.get("name").required("must be a valid object name");
            }
            Names.subdomain(bundle.get("name").text()).forEach(f -> bundle.get("name").invalidText("not a valid clustertrustbundlename: " + f));
            if (bundle.has("labelSelector")) {
                bundle.get("labelSelector").invalid("labelSelector must be unset if name is specified");
            }
        } else if (signer) {
            if (bundle.get("signerName").blank()) {
                bundle.get("signerName").required("must be a valid signer name");
            }
            Selectors.labels(bundle.get("labelSelector"));
        } else {
            bundle.required("either name or signerName must be specified");
        }
        bundle.get("path").must();
        Forms.localPath(bundle.get("path"));
        once(bundle.get("path").text(), paths, volume, bundle.get("path").text());
    }
}
