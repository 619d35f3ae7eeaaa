package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The ControllerRevisions of DaemonSets and StatefulSets: each holds a template that was wished once. */
final class History {

    /** Oldest first. */
    static final Comparator<ControllerRevision> ORDER = Comparator.comparingLong(ControllerRevision::getRevision)
            .thenComparing(r -> r.getMetadata().getCreationTimestamp()).thenComparing(r -> r.getMetadata().getName());

    private static final ObjectMapper JSON = JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

    private final Writer writer;
    private final Cache<ControllerRevision> revisions;
    private final Written written;

    History(Writer writer, Cache<ControllerRevision> revisions) {
        this.writer = writer;
        this.revisions = revisions;
        this.written = new Written(revisions);
    }

    /** Whether the cache shows all that was written for the owner. */
    boolean shown(String key) {
        return written.shown(key);
    }

    /** Those of the owner, oldest first; what fits and belongs to nobody is taken. */
    List<ControllerRevision> of(HasMetadata owner, LabelSelector selector) {
        var mine = new Claims<ControllerRevision>(writer, owner, new Selection(selector)).claim(Waking.candidates(owner, revisions), r -> true, written);
        return new ArrayList<>(mine.stream().sorted(ORDER).toList());
    }

    /** What a revision keeps of a template. */
    static JsonNode data(PodTemplateSpec template) {
        var tree = (ObjectNode) JSON.valueToTree(template);
        tree.put("$patch", "replace");
        var data = JSON.createObjectNode();
        data.putObject("spec").set("template", sorted(tree));
        return data;
    }

    private static JsonNode sorted(JsonNode tree) {
        try {
            return JSON.readTree(JSON.writeValueAsString(JSON.treeToValue(tree, Object.class)));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a template that came as JSON does not become JSON again", e);
        }
    }

    static boolean same(ControllerRevision revision, JsonNode data) {
        return sorted(JSON.valueToTree(revision.getData())).equals(data);
    }

    /** The template that a revision keeps. */
    static PodTemplateSpec template(ControllerRevision revision) {
        var tree = (ObjectNode) JSON.valueToTree(revision.getData()).path("spec").path("template").deepCopy();
        tree.remove("$patch");
        return JSON.convertValue(tree, PodTemplateSpec.class);
    }

    static long next(List<ControllerRevision> revisions) {
        return revisions.isEmpty() ? 1 : revisions.getLast().getRevision() + 1;
    }

    /**
     * Keeps a template.
     *
     * @return empty if its name is taken by another template: then it needs another name
     */
    java.util.Optional<ControllerRevision> create(HasMetadata owner, Map<String, String> labels, String hashLabel, String hash, JsonNode data, long number) {
        var all = new HashMap<>(labels);
        all.put(hashLabel, hash);
        var name = owner.getMetadata().getName();
        var revision = new ControllerRevisionBuilder()
                .withNewMetadata().withNamespace(Cache.namespace(owner)).withName((name.length() > 223 ? name.substring(0, 223) : name) + "-" + hash)
                .withLabels(all).withAnnotations(Revisions.annotations(owner)).withOwnerReferences(Claims.reference(owner)).endMetadata()
                .withData(JSON.convertValue(data, Map.class)).withRevision(number).build();
        var made = writer.create(revision);
        if (made.isPresent()) {
            written.note(Cache.key(owner), made.get());
            return made;
        }
        var live = writer.client().resource(revision).get();
        return live != null && same(live, data) && Cache.controllerOf(live).filter(c -> c.getUid().equals(owner.getMetadata().getUid())).isPresent()
                ? java.util.Optional.of(live) : java.util.Optional.empty();
    }

    ControllerRevision renumber(HasMetadata owner, ControllerRevision revision, long number) {
        if (revision.getRevision() == number) {
            return revision;
        }
        var done = writer.merge(revision, Map.of("revision", number));
        written.note(Cache.key(owner), done);
        return done;
    }

    /** Deletes the oldest that nobody uses, down to so many. */
    void trim(List<ControllerRevision> all, Set<String> inUse, int limit) {
        var spare = all.stream().filter(r -> !inUse.contains(r.getMetadata().getName())).toList();
        spare.stream().limit(Math.max(0, spare.size() - limit)).forEach(writer::delete);
    }
}
