package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one controlling object has: those of its selection that it controls. One that fits and belongs to nobody is taken; one that is
 * controlled and fits no longer is let go.
 */
final class Claims<T extends HasMetadata> {

    private final Writer writer;
    private final HasMetadata owner;
    private final Selection selection;
    private @Nullable Boolean mayAdopt;

    Claims(Writer writer, HasMetadata owner, Selection selection) {
        this.writer = writer;
        this.owner = owner;
        this.selection = selection;
    }

    /** @param eligible whether one that belongs to nobody may be taken */
    List<T> claim(List<T> candidates, Predicate<T> eligible, Written written) {
        var mine = new ArrayList<T>();
        for (var one : candidates) {
            var controller = Cache.controllerOf(one);
            var fits = selection.test(one.getMetadata().getLabels());
            if (controller.isPresent()) {
                if (!controller.get().getUid().equals(owner.getMetadata().getUid())) {
                    continue;
                }
                if (fits) {
                    mine.add(one);
                } else if (!Cache.leaving(owner)) {
                    write(one, others(one), written);
                }
            } else if (fits && !Cache.leaving(owner) && !Cache.leaving(one) && eligible.test(one) && mayAdopt()) {
                var owners = others(one);
                owners.add(reference(owner));
                write(one, owners, written).ifPresent(mine::add);
            }
        }
        return mine;
    }

    private List<OwnerReference> others(T one) {
        return new ArrayList<>(one.getMetadata().getOwnerReferences().stream().filter(r -> !r.getUid().equals(owner.getMetadata().getUid())).toList());
    }

    private Optional<T> write(T one, List<OwnerReference> owners, Written written) {
        try {
            var done = writer.merge(one, Map.of("metadata", Map.of("ownerReferences", owners)));
            written.note(Cache.key(owner), done);
            return Optional.of(done);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Asks the API itself: an owner that is gone or going must not take anything more. */
    private boolean mayAdopt() {
        if (mayAdopt == null) {
            var live = writer.client().resource(owner).get();
            mayAdopt = live != null && live.getMetadata().getUid().equals(owner.getMetadata().getUid()) && !Cache.leaving(live);
        }
        return mayAdopt;
    }

    /** How what is controlled names its controller. */
    static OwnerReference reference(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion()).withKind(owner.getKind())
                .withName(owner.getMetadata().getName()).withUid(owner.getMetadata().getUid())
                .withController(true).withBlockOwnerDeletion(true)
                .build();
    }
}
