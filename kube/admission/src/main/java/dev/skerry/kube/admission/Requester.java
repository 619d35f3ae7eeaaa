package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Who asks. */
public record Requester(String name, String uid, List<String> groups, Map<String, List<String>> extra) {

    public Requester {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    /** As a review or an expression sees it. */
    ObjectNode describe() {
        var info = JsonNodeFactory.instance.objectNode().put("username", name);
        if (!uid.isEmpty()) {
            info.put("uid", uid);
        }
        groups.forEach(info.putArray("groups")::add);
        if (!extra.isEmpty()) {
            var members = info.putObject("extra");
            extra.forEach((key, values) -> values.forEach(members.withArray(key)::add));
        }
        return info;
    }
}
