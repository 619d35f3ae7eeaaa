package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of what a container mounts. */
final class MountValidation {
    private MountValidation() {}

    static void mounts(Place container, Map<String, JsonNode> volumes) {
        Set<String> paths = new HashSet<>();
        Place mounts = container.get("volumeMounts");
        for (Place mount : mounts.items()) {
            Place name = mount.get("name");
            Place path = mount.get("mountPath");
            name.must();
            if (!volumes.containsKey(name.text())) {
                name.notFound();
            }
            path.must();
            if (!paths.add(path.text())) {
                path.invalidText("must be unique");
            }
            if (among(container.get("volumeDevices"), "name", name.text())) {
                name.invalidText("must not already exist in volumeDevices");
            }
            if (among(container.get("volumeDevices"), "devicePath", path.text())) {
                path.invalidText("must not already exist as a path in volumeDevices");
            }
            subPaths(mount, mounts);
            propagation(mount, container, mounts);
            recursion(mount, mounts);
        }
    }

    private static void subPaths(Place mount, Place mounts) {
        Place path = mount.get("subPath");
        Place expression = mount.get("subPathExpr");
        if (!path.blank()) {
            Forms.descendingPath(path.named(mounts.path() + ".subPath"));
        }
        if (!expression.blank()) {
            if (!path.blank()) {
                expression.invalidText("subPathExpr and subPath are mutually exclusive");
            }
            Forms.descendingPath(expression.named(mounts.path() + ".subPathExpr"));
        }
    }

    private static void propagation(Place mount, Place container, Place mounts) {
        Place propagation = mount.get("mountPropagation").named(mounts.path() + ".mountPropagation");
        if (!propagation.given()) {
            return;
        }
        if (!propagation.in("Bidirectional", "HostToContainer", "None")) {
            propagation.notSupported("Bidirectional", "HostToContainer", "None");
        }
        if (propagation.is("Bidirectional") && !container.get("securityContext", "privileged").flag()) {
            propagation.forbidden("Bidirectional mount propagation is available only to privileged containers");
        }
    }

    private static void recursion(Place mount, Place mounts) {
        Place recursive = mount.get("recursiveReadOnly").named(mounts.path() + ".recursiveReadOnly");
        if (!recursive.given() || recursive.is("Disabled")) {
            return;
        }
        if (!recursive.in("Enabled", "IfPossible")) {
            recursive.notSupported("Disabled", "Enabled", "IfPossible");
            return;
        }
        if (!mount.get("readOnly").flag()) {
            recursive.forbidden("may only be specified when readOnly is true");
        }
        if (mount.has("mountPropagation") && !mount.get("mountPropagation").is("None")) {
            recursive.forbidden("may only be specified when mountPropagation is None or not specified");
        }
    }

    static void devices(Place container, Map<String, JsonNode> volumes) {
        Set<String> names = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (Place device : container.get("volumeDevices").items()) {
            Place name = device.get("name");
            Place path = device.get("devicePath");
            name.must();
            if (!name.text().isEmpty() && !names.add(name.text())) {
                name.invalidText("must be unique");
            }
            JsonNode source = volumes.get(name.text());
            if (source == null) {
                name.notFound();
            } else if (!source.has("persistentVolumeClaim") && !source.has("ephemeral")) {
                name.invalidText("can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            }
            path.must();
            if (paths.contains(path.text())) {
                path.invalidText("must be unique");
            }
            if (Forms.climbs(path.text())) {
                path.invalidText("can not contain backsteps ('..')");
            } else {
                paths.add(path.text());
            }
            if (among(container.get("volumeMounts"), "name", name.text())) {
                name.invalidText("must not already exist in volumeMounts");
            }
            if (among(container.get("volumeMounts"), "mountPath", path.text())) {
                path.invalidText("must not already exist as a path in volumeMounts");
            }
        }
    }

    private static boolean among(Place list, String member, String text) {
        List<Place> items = list.items();
        return items.stream().anyMatch(i -> i.get(member).is(text));
    }
}
