package dev.skerry.kube.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of nodes and namespaces. */
final class NodeValidation {
    private static final Set<String> FINALIZERS = Set.of("kubernetes", "orphan", "foregroundDeletion");

    private NodeValidation() {}

    static void node(Place node) {
        taints(node.get("spec", "taints").named("metadata.taints"));
        resources(node);
        Place ranges = node.get("spec", "podCIDRs");
        ranges.items().forEach(Place::cidr);
        if (ranges.value().size() > 1) {
            long families = ranges.texts().stream().map(Address::v6).distinct().count();
            if (families < 2 || ranges.value().size() > 2) {
                ranges.invalid("may specify no more than one CIDR for each IP family");
            }
            Set<String> seen = new HashSet<>();
            for (Place range : ranges.items()) {
                if (!seen.add(range.text())) {
                    range.duplicate();
                }
            }
        }
    }

    private static void resources(Place node) {
        for (String list : List.of("capacity", "allocatable")) {
            for (Place entry : ResourceValidation.entries(node.get("status", list))) {
                ResourceValidation.amount(entry);
            }
        }
    }

    private static void taints(Place taints) {
        Set<String> seen = new HashSet<>();
        for (Place taint : taints.items()) {
            taint.get("key").qualified();
            List<String> faults = Names.labelValue(taint.get("value").text());
            if (!faults.isEmpty()) {
                taint.get("value").invalidText(String.join(";", faults));
            }
            taint.get("effect").mustBeOneOf("NoSchedule", "PreferNoSchedule", "NoExecute");
            if (!seen.add(taint.get("key").text() + " " + taint.get("effect").text())) {
                taint.causes().add(new Cause("FieldValueDuplicate", "Duplicate value: " + GoView.show(taint.value(), "k8s.io.api.core.v1.Taint")
                        + ": taints must be unique by key and effect pair", taint.path()));
            }
        }
    }

    static void nodeUpdate(Place node, Place old) {
        resources(node);
        Set<String> seen = new HashSet<>();
        for (Place address : node.get("status", "addresses").items()) {
            if (!seen.add(address.value().toString())) {
                address.duplicate(GoView.show(address.value(), "k8s.io.api.core.v1.NodeAddress"));
            }
        }
        Place ranges = node.get("spec", "podCIDRs");
        if (!old.get("spec", "podCIDRs").blank() && !ranges.same(old.get("spec", "podCIDRs"))) {
            ranges.forbidden("node updates may not change podCIDR except from \"\" to valid");
        }
        Place provider = node.get("spec", "providerID");
        if (!old.get("spec", "providerID").blank() && !provider.is(old.get("spec", "providerID").text())) {
            provider.forbidden("node updates may not change providerID except from \"\" to valid");
        }
        taints(node.get("spec", "taints").named("metadata.taints"));
        Place external = node.get("spec", "externalID");
        if (!external.is(old.get("spec", "externalID").text())) {
            external.forbidden("may not be updated");
        }
    }

    /** @param indexed whether faults say which finalizer it is */
    static void namespace(Place namespace, boolean indexed) {
        Place finalizers = namespace.get("spec", "finalizers");
        for (Place finalizer : finalizers.items()) {
            finalizer(indexed ? finalizer : finalizer.named(finalizers.path()));
        }
    }

    private static void finalizer(Place finalizer) {
        finalizer.invalidAll(Names.qualified(finalizer.text()));
        standard(finalizer);
    }

    /** A finalizer is one of the standard ones, or has a domain. */
    static void standard(Place finalizer) {
        if (!finalizer.text().contains("/") && !FINALIZERS.contains(finalizer.text())) {
            finalizer.invalidText("name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    static void namespaceStatus(Place namespace) {
        String wanted = namespace.get("metadata").has("deletionTimestamp") ? "Terminating" : "Active";
        Place phase = namespace.get("status", "phase").named("status.Phase");
        if (!phase.is(wanted)) {
            phase.invalidText("may only be '" + wanted + "' if `deletionTimestamp` is " + (wanted.equals("Active") ? "" : "not ") + "empty");
        }
    }
}
