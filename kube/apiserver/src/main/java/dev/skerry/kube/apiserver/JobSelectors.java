package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/** The labels and the selector by which a job finds its own Pods, unless its user brings a selector. */
final class JobSelectors {

    private static final String UID = "batch.kubernetes.io/controller-uid";

    private JobSelectors() {}

    /** Labels that are there already stay; should they not fit, validation says so. */
    static void generate(ObjectNode job) {
        var spec = job.withObject("/spec");
        if (spec.path("manualSelector").asBoolean()) {
            return;
        }
        var name = job.path("metadata").path("name").asText("");
        var uid = job.path("metadata").path("uid").asText("");
        var labels = spec.withObject("/template/metadata/labels");
        new TreeMap<>(Map.of(UID, uid, "controller-uid", uid, "batch.kubernetes.io/job-name", name, "job-name", name))
                .forEach((key, value) -> {
                    if (!labels.has(key)) {
                        labels.put(key, value);
                    }
                });
        var wanted = spec.withObject("/selector/matchLabels");
        if (!wanted.has(UID)) {
            wanted.put(UID, uid);
        }
        if (job.path("metadata").path("labels").isEmpty()) {
            job.withObject("/metadata").set("labels", labels.deepCopy());
        }
    }
}
