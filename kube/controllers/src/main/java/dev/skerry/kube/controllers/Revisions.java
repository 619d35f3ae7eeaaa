package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which ReplicaSet holds which revision of a Deployment's template: names, hashes, and the annotations that kubectl reads. */
final class Revisions {

    static final String HASH = "pod-template-hash";
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    static final String MOST = "deployment.kubernetes.io/max-replicas";

    private static final String HISTORY = "deployment.kubernetes.io/revision-history";
    private static final int LONGEST_HISTORY = 2000;
    private static final Set<String> NOT_COPIED =
            Set.of("kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MOST, "deprecated.deployment.rollback.to");
    private static final ObjectMapper JSON = JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

    private Revisions() {}

    /** Whether the set was made of the template; its hash does not count. */
    static boolean same(PodTemplateSpec template, ReplicaSet set) {
        return plain(template).equals(plain(set.getSpec().getTemplate()));
    }

    private static JsonNode plain(PodTemplateSpec template) {
        JsonNode tree = JSON.valueToTree(template);
        if (tree.path("metadata").path("labels") instanceof ObjectNode labels) {
            labels.remove(HASH);
        }
        if (tree.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove("creationTimestamp");
        }
        return tree;
    }

    /** A short name for a template; another one after each collision. */
    static String hash(PodTemplateSpec template, int collisions) {
        return TemplateHash.of(plain(template), collisions);
    }

    static long revision(HasMetadata object) {
        var text = annotation(object, REVISION);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    static long newest(Collection<ReplicaSet> sets) {
        return sets.stream().mapToLong(Revisions::revision).max().orElse(0);
    }

    /** A number that an annotation holds; 0 if there is none. */
    static int number(ReplicaSet set, String annotation) {
        var text = annotation(set, annotation);
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    static String annotation(HasMetadata object, String name) {
        return annotations(object).getOrDefault(name, "");
    }

    static Map<String, String> annotations(HasMetadata object) {
        @Nullable Map<String, String> there = object.getMetadata().getAnnotations();
        return there == null ? Map.of() : there;
    }

    /** The annotations that the newest set has: the Deployment's, its revision, and, if it had another one, which. */
    static Map<String, String> ofNewest(Deployment deployment, @Nullable ReplicaSet set, long revision) {
        var wished = new TreeMap<>(set == null ? Map.<String, String>of() : annotations(set));
        annotations(deployment).forEach((name, value) -> {
            if (!NOT_COPIED.contains(name)) {
                wished.put(name, value);
            }
        });
        var before = set == null ? 0 : revision(set);
        if (before < revision) {
            wished.put(REVISION, Long.toString(revision));
            if (before > 0) {
                wished.put(HISTORY, history(wished.getOrDefault(HISTORY, ""), Long.toString(before)));
            }
        }
        if (set == null) {
            wished.putAll(sizes(Surge.of(deployment)));
        }
        return wished;
    }

    private static String history(String before, String revision) {
        var text = before.isEmpty() ? revision : before + "," + revision;
        while (text.length() > LONGEST_HISTORY && text.indexOf(',') >= 0) {
            text = text.substring(text.indexOf(',') + 1);
        }
        return text;
    }

    /** What a set notes of the sizes for which it was scaled. */
    static Map<String, String> sizes(Surge surge) {
        var sizes = new LinkedHashMap<String, String>();
        sizes.put(DESIRED, Integer.toString(surge.replicas()));
        sizes.put(MOST, Integer.toString(surge.most()));
        return sizes;
    }
}
