package dev.skerry.kube.admission;

/** A new node takes no Pods until it is known to be ready. */
final class NodeTaints implements AdmissionPlugin {

    private static final String NOT_READY = "node.kubernetes.io/not-ready";

    @Override
    public void mutate(Attributes attributes) {
        if (!attributes.creates("nodes")) {
            return;
        }
        var taints = attributes.written().withObject("/spec").withArray("taints");
        for (var taint : taints) {
            if (taint.path("key").asText().equals(NOT_READY) && taint.path("effect").asText().equals("NoSchedule")) {
                return;
            }
        }
        taints.addObject().put("key", NOT_READY).put("effect", "NoSchedule");
    }
}
