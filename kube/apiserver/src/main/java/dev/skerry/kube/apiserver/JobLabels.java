package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** How the Pods of a new Job are told from all others: by the Job's UID, unless its maker has chosen otherwise. */
final class JobLabels {

    private static final String PREFIX = "batch.kubernetes.io/";
    private static final String UID = "controller-uid";
    private static final String NAME = "job-name";

    private JobLabels() {}

    /** @param job has its name and UID already */
    static void generate(ObjectNode job) {
        var spec = job.withObject("/spec");
        if (spec.path("manualSelector").asBoolean()) {
            return;
        }
        var uid = job.path("metadata").path("uid").asText();
        var name = job.path("metadata").path("name").asText();
        var labels = spec.withObject("/template").withObject("/metadata").withObject("/labels");
        for (var prefix : List.of(PREFIX, "")) {
            labels.put(prefix + UID, uid);
            labels.put(prefix + NAME, name);
        }
        spec.withObject("/selector").withObject("/matchLabels").put(PREFIX + UID, uid);
        if (job.path("metadata").path("labels").isEmpty()) {
            job.withObject("/metadata").set("labels", labels.deepCopy());
        }
    }
}
