package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules of persistent volumes and of what provides them. */
final class StorageValidation {
    private static final List<String> SOURCES = List.of("hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs",
            "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi");
    private static final int PARAMETERS = 512;
    private static final int PARAMETERS_SIZE = 256 * 1024;
    private static final int NODE_ID_LENGTH = 256;
    private static final int SHORTEST_TOKEN = 600;

    private StorageValidation() {}

    static void volume(Place volume) {
        Place spec = volume.get("spec");
        ClaimValidation.accessModesNeeded(spec, "");
        ClaimValidation.accessModes(spec);
        Place capacity = spec.get("capacity");
        if (capacity.blank()) {
            capacity.required();
        }
        if (!capacity.has("storage") || capacity.value().size() > 1) {
            capacity.causes().add(Cause.notSupported(capacity.path(), capacity.given() ? capacity.value().toString() : "null", List.of("storage")));
        }
        for (Place amount : ResourceValidation.entries(capacity)) {
            int sign = amount.amount().map(q -> q.signum()).orElse(0);
            if (sign < 0) {
                amount.invalidAs(amount.amount().map(q -> q.toBigInteger().toString()).orElse("0"), "must be a valid resource quantity");
            }
            if (sign <= 0) {
                amount.invalidText("must be greater than zero");
            }
        }
        spec.get("persistentVolumeReclaimPolicy").oneOf("Delete", "Recycle", "Retain");
        Place affinity = spec.get("nodeAffinity");
        if (affinity.given()) {
            if (affinity.has("required")) {
                Selectors.nodes(affinity.get("required"), true);
            } else {
                affinity.get("required").required("must specify required node constraints");
            }
        }
        sources(spec, volume.get("metadata", "name").text());
        if (spec.has("hostPath") && spec.get("hostPath", "path").text().matches("/+(\\./*)*") && spec.get("persistentVolumeReclaimPolicy").is("Recycle")) {
            spec.get("persistentVolumeReclaimPolicy").forbidden("may not be 'recycle' for a hostPath mount of '/'");
        }
        if (!spec.get("storageClassName").blank()) {
            spec.get("storageClassName").subdomain();
        }
        spec.get("volumeMode").oneOf("Block", "Filesystem");
        Place attributes = spec.get("volumeAttributesClassName");
        if (attributes.given()) {
            if (attributes.blank()) {
                attributes.required("an empty string is disallowed");
            } else {
                attributes.subdomain();
            }
            if (!spec.has("csi")) {
                spec.get("csi").required("has to be specified when using volumeAttributesClassName");
            }
        }
    }

    private static void sources(Place spec, String name) {
        boolean some = false;
        for (String kind : SOURCES) {
            Place source = spec.get(kind);
            if (!source.given()) {
                continue;
            }
            if (some && !kind.equals("flexVolume")) {
                spec.get(kind.equals("cephfs") ? "cephFS" : kind).forbidden("may not specify more than 1 volume type");
                continue;
            }
            some = true;
            if (kind.equals("csi")) {
                csi(source);
            } else {
                DriverVolumes.check(kind, source, name, true);
            }
            if (kind.equals("local") && !spec.has("nodeAffinity")) {
                spec.get("nodeAffinity").required("Local volume requires node affinity");
            }
            if (kind.equals("glusterfs") && source.has("endpointsNamespace")) {
                source.get("endpointsNamespace").label();
            }
        }
        if (!some) {
            spec.required("must specify a volume type");
        }
    }

    private static void csi(Place source) {
        DriverVolumes.driverName(source.get("driver"));
        source.get("volumeHandle").must();
        for (String ref : List.of("controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef")) {
            Place secret = source.get(ref);
            if (secret.given()) {
                if (secret.get("name").must()) {
                    secret.get("name").subdomain();
                }
                if (secret.get("namespace").must()) {
                    secret.get("namespace").label();
                }
            }
        }
    }

    static void volumeUpdate(Place volume, Place old) {
        ObjectNode now = sourcesOf(volume.get("spec"));
        ObjectNode before = sourcesOf(old.get("spec"));
        if (!before.path("csi").has("controllerExpandSecretRef") && before.has("csi") && now.path("csi") instanceof ObjectNode csi) {
            csi.remove("controllerExpandSecretRef");
        }
        if (!Json.same(now, before)) {
            volume.get("spec", "persistentvolumesource").forbidden("spec.persistentvolumesource is immutable after creation\n" + Difference.of(before, now));
        }
        volume.get("spec", "volumeMode").named("volumeMode").fixed(old.get("spec", "volumeMode"));
        Place affinity = volume.get("spec", "nodeAffinity");
        if (old.get("spec").has("nodeAffinity") && !affinity.same(old.get("spec", "nodeAffinity"))) {
            affinity.named("nodeAffinity").invalidAs(GoView.show(affinity.value(), "k8s.io.api.core.v1.VolumeNodeAffinity"), "field is immutable, except for updating from beta label to GA");
        }
        if (old.get("spec").has("volumeAttributesClassName") && !volume.get("spec").has("volumeAttributesClassName")) {
            volume.get("spec", "volumeAttributesClassName").forbidden("update from non-nil value to nil is forbidden");
        }
    }

    private static ObjectNode sourcesOf(Place spec) {
        ObjectNode sources = Json.MAKE.objectNode();
        SOURCES.stream().filter(spec::has).forEach(s -> sources.set(s, spec.get(s).value().deepCopy()));
        return sources;
    }

    static void storageClass(Place type) {
        Place provisioner = type.get("provisioner");
        if (provisioner.must()) {
            provisioner.invalidAll(Names.qualified(provisioner.text().toLowerCase(Locale.ROOT)));
        }
        parameters(type.get("parameters"), true);
        type.get("reclaimPolicy").oneOf("Delete", "Retain");
        Place mode = type.get("volumeBindingMode");
        if (!mode.given()) {
            mode.required();
        } else if (!mode.in("Immediate", "WaitForFirstConsumer")) {
            mode.notSupported("Immediate", "WaitForFirstConsumer");
        }
        for (Place term : type.get("allowedTopologies").items()) {
            Set<String> keys = new HashSet<>();
            for (Place expression : term.get("matchLabelExpressions").items()) {
                Place values = expression.get("values");
                values.must();
                Set<String> seen = new HashSet<>();
                for (Place value : values.items()) {
                    if (!seen.add(value.text())) {
                        value.duplicate();
                    }
                }
                expression.get("key").qualified();
                if (!keys.add(expression.get("key").text())) {
                    expression.get("key").duplicate();
                }
            }
        }
    }

    private static void parameters(Place parameters, boolean mayBeEmpty) {
        if (parameters.value().size() > PARAMETERS) {
            parameters.tooLong(PARAMETERS);
            return;
        }
        if (!mayBeEmpty && parameters.blank()) {
            parameters.required("must contain at least one key/value pair");
        }
        long size = 0;
        for (var e : parameters.value().properties()) {
            if (e.getKey().isEmpty()) {
                parameters.invalidAs("\"\"", "field can not be empty.");
            }
            size += e.getKey().length() + e.getValue().asText().length();
        }
        if (size > PARAMETERS_SIZE) {
            parameters.tooLong(PARAMETERS_SIZE);
        }
    }

    static void storageClassUpdate(Place type, Place old) {
        for (String name : List.of("parameters", "provisioner", "reclaimPolicy")) {
            if (!type.get(name).same(old.get(name))) {
                type.get(name).forbidden("updates to " + name + " are forbidden.");
            }
        }
        type.get("volumeBindingMode").fixed(old.get("volumeBindingMode"));
    }

    static void attributesClass(Place type) {
        if (type.get("driverName").must()) {
            DriverVolumes.driverName(type.get("driverName"));
        }
        parameters(type.get("parameters"), false);
    }

    static void attributesClassUpdate(Place type, Place old) {
        type.get("driverName").fixed(old.get("driverName"));
        type.get("parameters").fixed(old.get("parameters"));
    }

    static void driver(Place driver) {
        if (driver.get("metadata", "name").text().length() > 63) {
            driver.get("metadata", "name").tooLong(63);
        }
        Place spec = driver.get("spec");
        Set<String> audiences = new HashSet<>();
        spec.get("fsGroupPolicy").oneOf("File", "None", "ReadWriteOnceWithFSType");
        for (Place request : spec.get("tokenRequests").items()) {
            if (!audiences.add(request.get("audience").text())) {
                request.get("audience").duplicate();
            }
            Place seconds = request.get("expirationSeconds");
            if (seconds.given() && seconds.number() < SHORTEST_TOKEN) {
                seconds.invalid("may not specify a duration less than 10 minutes");
            }
            if (seconds.number() > 1L << 32) {
                seconds.invalid("may not specify a duration larger than 2^32 seconds");
            }
        }
        Place modes = spec.get("volumeLifecycleModes");
        for (Place mode : modes.items()) {
            mode.named(modes.path()).oneOf("Persistent", "Ephemeral");
        }
        Place period = spec.get("nodeAllocatableUpdatePeriodSeconds");
        if (period.given() && period.number() < 10) {
            period.invalid("must be greater than or equal to 10 seconds");
        }
    }

    static void driverUpdate(Place driver, Place old) {
        for (String name : List.of("attachRequired", "fsGroupPolicy", "volumeLifecycleModes")) {
            driver.get("spec", name).named(name.equals("attachRequired") ? "spec.attachedRequired" : "spec." + name).fixed(old.get("spec", name));
        }
    }

    static void node(Place node) {
        Set<String> names = new HashSet<>();
        for (Place driver : node.get("spec", "drivers").items()) {
            Place name = driver.get("name");
            DriverVolumes.driverName(name);
            Place id = driver.get("nodeID");
            id.must();
            if (id.text().length() > NODE_ID_LENGTH) {
                id.invalidText("must be " + NODE_ID_LENGTH + " characters or less");
            }
            driver.get("allocatable", "count").notNegative();
            if (!names.add(name.text())) {
                name.duplicate();
            }
            Set<String> keys = new HashSet<>();
            for (Place key : driver.get("topologyKeys").items()) {
                if (key.blank()) {
                    driver.required();
                }
                if (!keys.add(key.text())) {
                    driver.duplicate(Names.quote(key.text()));
                }
                Names.qualified(key.text()).forEach(f -> driver.invalidAs(driver.get("topologyKeys").value().toString(), f));
            }
        }
    }

    static void attachment(Place attachment) {
        Place spec = attachment.get("spec");
        Place attacher = spec.get("attacher");
        if (attacher.must()) {
            DriverVolumes.driverName(attacher);
        }
        Place source = spec.get("source");
        boolean inline = source.has("inlineVolumeSpec");
        Place name = source.get("persistentVolumeName");
        if (inline == name.given()) {
            if (inline) {
                source.forbidden("must specify exactly one of inlineVolumeSpec and persistentVolumeName");
            } else {
                source.required("must specify exactly one of inlineVolumeSpec and persistentVolumeName");
            }
        } else if (name.given()) {
            if (name.blank()) {
                name.required("must specify non empty persistentVolumeName");
            } else {
                name.subdomain();
            }
        }
        spec.get("nodeName").subdomain();
    }

    static void attachmentUpdate(Place attachment, Place old) {
        if (!attachment.get("spec").same(old.get("spec"))) {
            attachment.get("spec").invalidAs(GoView.show(attachment.get("spec").value(), "k8s.io.api.storage.v1.VolumeAttachmentSpec"), "field is immutable");
        }
    }

    static void capacity(Place capacity) {
        Selectors.labels(capacity.get("nodeTopology"));
        if (capacity.get("storageClassName").must()) {
            capacity.get("storageClassName").subdomain();
        }
        for (String name : List.of("capacity", "maximumVolumeSize")) {
            if (capacity.get(name).amount().filter(q -> q.signum() < 0).isPresent()) {
                capacity.get(name).invalidText("must be greater than or equal to 0");
            }
        }
    }

    static void capacityUpdate(Place capacity, Place old) {
        capacity.get("nodeTopology").fixed(old.get("nodeTopology"));
        capacity.get("storageClassName").fixed(old.get("storageClassName"));
    }
}
