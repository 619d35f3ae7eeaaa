package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Which container of a Pod is meant. */
final class PodContainers {

    private PodContainers() {}

    static String chosen(String asked, JsonNode spec, String pod) throws Failure {
        var containers = spec.path("containers");
        if (asked.isEmpty()) {
            if (containers.size() == 1) {
                return containers.path(0).path("name").asText();
            }
            throw Failure.badRequest("a container name must be specified for pod " + pod + ", choose one of: [" + names(containers) + "]"
                    + others(spec, "initContainers", "init") + others(spec, "ephemeralContainers", "ephemeral"));
        }
        for (var list : List.of("containers", "initContainers", "ephemeralContainers")) {
            for (var one : spec.path(list)) {
                if (one.path("name").asText().equals(asked)) {
                    return asked;
                }
            }
        }
        throw Failure.badRequest("container " + asked + " is not valid for pod " + pod);
    }

    private static String others(JsonNode spec, String list, String sort) {
        return spec.path(list).isEmpty() ? "" : " or one of the " + sort + " containers: [" + names(spec.path(list)) + "]";
    }

    private static String names(JsonNode containers) {
        return TableCells.names(containers, "name").replace(',', ' ');
    }
}
