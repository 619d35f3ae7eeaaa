package dev.skerry.kube.schema;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rules of the sources of volumes that name something outside of the cluster; Pods and persistent volumes share them. */
final class DriverVolumes {
    private static final int ISCSI_LENGTH = 64;
    private static final int DRIVER_LENGTH = 63;
    private static final int MAX_NUMBER = 255;
    /** Members that must be there, where that is the only rule. */
    private static final Map<String, List<String>> NEEDED = Map.of("rbd", List.of("monitors", "image"), "cephfs", List.of("monitors"), "glusterfs", List.of("endpoints", "path"),
            "vsphereVolume", List.of("volumePath"), "photonPersistentDisk", List.of("pdID"), "portworxVolume", List.of("volumeID"),
            "scaleIO", List.of("gateway", "system", "volumeName"), "azureFile", List.of("secretName", "shareName"), "cinder", List.of("volumeID"));

    private DriverVolumes() {}

    /** @param volume the name of the volume @param persistent whether it is a persistent volume */
    static void check(String kind, Place source, String volume, boolean persistent) {
        NEEDED.getOrDefault(kind, List.of()).forEach(n -> source.get(n).must());
        switch (kind) {
            case "hostPath" -> hostPath(source);
            case "local" -> {
                if (source.get("path").must()) {
                    Forms.noBacksteps(source.get("path"));
                }
            }
            case "nfs" -> {
                source.get("server").must();
                source.get("path").must();
                if (!source.get("path").text().startsWith("/")) {
                    source.get("path").invalidText("must be an absolute path");
                }
            }
            case "gcePersistentDisk" -> partition(source.named(source.path().replace("gcePersistentDisk", "persistentDisk")), "pdName");
            case "awsElasticBlockStore" -> partition(source, "volumeID");
            case "iscsi" -> iscsi(source, volume, persistent);
            case "fc" -> fibre(source);
            case "flocker" -> flocker(source);
            case "cinder", "storageos" -> {
                if (kind.equals("storageos")) {
                    storageOs(source);
                }
                if (source.has("secretRef")) {
                    source.get("secretRef", "name").must();
                    if (persistent) {
                        source.get("secretRef", "namespace").must();
                    }
                }
            }
            case "quobyte" -> quobyte(source);
            case "flexVolume" -> flex(source);
            case "azureDisk" -> azureDisk(source);
            case "azureFile" -> {
                if (persistent && source.has("secretNamespace")) {
                    source.get("secretNamespace").must();
                }
            }
            default -> { }
        }
    }

    static void driverName(Place driver) {
        driver.must();
        if (driver.text().length() > DRIVER_LENGTH) {
            driver.tooLong(DRIVER_LENGTH);
        }
        driver.invalidAll(Names.subdomain(driver.text().toLowerCase(Locale.ROOT)));
    }

    private static void hostPath(Place source) {
        if (!source.get("path").must()) {
            return;
        }
        Forms.noBacksteps(source.get("path"));
        Place type = source.get("type");
        String[] types = {"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
        if (type.given() && !type.in(types)) {
            type.notSupported(types);
        }
    }

    private static void partition(Place source, String id) {
        source.get(id).must();
        long partition = source.get("partition").number();
        if (partition < 0 || partition > MAX_NUMBER) {
            source.get("partition").invalidNumber("must be between 1 and 255, inclusive");
        }
    }

    private static void iscsi(Place source, String volume, boolean persistent) {
        Place portal = source.get("targetPortal");
        portal.must();
        boolean tooLong = source.has("initiatorName") && (volume + ":" + portal.text()).length() > ISCSI_LENGTH;
        String limit = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
        if (persistent && tooLong) {
            portal.named(source.path() + ".targetportal").invalidText(limit);
        }
        String wrongStart = persistent ? "must be valid format" : "must be valid format starting with iqn, eui, or naa";
        if (source.get("iqn").must()) {
            initiator(source.get("iqn"), wrongStart);
        }
        source.get("lun").between(0, MAX_NUMBER);
        if ((source.get("chapAuthDiscovery").flag() || source.get("chapAuthSession").flag()) && !source.has("secretRef")) {
            source.get("secretRef").required();
        }
        if (persistent && source.has("secretRef")) {
            source.get("secretRef", "name").must();
        }
        if (source.has("initiatorName")) {
            initiator(source.get("initiatorName").named(source.path() + ".initiatorname"), wrongStart);
        }
        if (!persistent && tooLong) {
            source.named(source.path().replaceFirst("\\.iscsi$", ".name")).invalidAs(Names.quote(volume), limit);
        }
    }

    private static void initiator(Place name, String wrongStart) {
        String text = name.text();
        if (!text.matches("(?s)(iqn|eui|naa).*")) {
            name.invalidText(wrongStart);
        } else if (!text.matches("iqn\\.\\d{4}-\\d{2}\\.[a-zA-Z0-9.-]+(:[^,;*&$|\\s]+)?|eui.[a-zA-Z0-9]{16}|naa.[a-zA-Z0-9]{32}")) {
            name.invalidText("must be valid format");
        }
    }

    private static void fibre(Place source) {
        Place names = source.get("targetWWNs");
        if (names.blank() && source.get("wwids").blank()) {
            names.required("must specify either targetWWNs or wwids, but not both");
        }
        if (!names.blank() && !source.get("wwids").blank()) {
            names.invalid("targetWWNs and wwids can not be specified simultaneously");
        }
        if (!names.blank()) {
            if (source.has("lun")) {
                source.get("lun").between(0, MAX_NUMBER);
            } else {
                source.get("lun").required("lun is required if targetWWNs is specified");
            }
        }
    }

    private static void flocker(Place source) {
        boolean name = !source.get("datasetName").blank();
        boolean id = !source.get("datasetUUID").blank();
        if (!name && !id) {
            source.required("one of datasetName and datasetUUID is required");
        }
        if (name && id) {
            source.invalidAs("\"resource\"", "datasetName and datasetUUID can not be specified simultaneously");
        }
        if (source.get("datasetName").text().contains("/")) {
            source.get("datasetName").invalidText("must not contain '/'");
        }
    }

    private static void storageOs(Place source) {
        if (source.get("volumeName").must()) {
            source.get("volumeName").label();
        }
        if (!source.get("volumeNamespace").blank()) {
            source.get("volumeNamespace").label();
        }
    }

    private static void quobyte(Place source) {
        String pairs = "must be a host:port pair or multiple pairs separated by commas";
        Place registry = source.get("registry");
        if (registry.blank()) {
            registry.required(pairs);
        } else if (source.get("tenant").text().length() > 64) {
            source.get("tenant").required("must be a UUID and may not exceed a length of 64 characters");
        } else {
            for (String pair : registry.text().split(",", -1)) {
                if (!pair.matches("[^:]*:[^:]*|\\[.*\\]:[^:]*")) {
                    registry.invalidText(pairs);
                }
            }
        }
        source.get("volume").must();
    }

    private static void flex(Place source) {
        source.get("driver").must();
        for (Place option : ResourceValidation.entries(source.get("options"))) {
            String key = ResourceValidation.name(option);
            String space = "." + key.replaceFirst("/.*", "").toLowerCase(Locale.ROOT);
            if (space.endsWith(".kubernetes.io") || space.endsWith(".k8s.io")) {
                option.invalidAs(Names.quote(key), "kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }

    private static void azureDisk(Place source) {
        source.get("diskName").must();
        source.get("diskURI").must();
        source.get("cachingMode").oneOf("None", "ReadOnly", "ReadWrite");
        Place kind = source.get("kind");
        kind.oneOf("Dedicated", "Managed", "Shared");
        Place uri = source.get("diskURI");
        if (kind.is("Managed") && !uri.text().startsWith("/subscriptions/")) {
            uri.notSupported("/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}");
        } else if (kind.given() && !kind.is("Managed") && !uri.text().startsWith("https://")) {
            uri.notSupported("https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd");
        }
    }
}
