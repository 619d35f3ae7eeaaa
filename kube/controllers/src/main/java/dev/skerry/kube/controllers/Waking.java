package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Wakes those whom a change concerns. */
final class Waking {

    private Waking() {}

    /** The controlling object of what changes; or, if it belongs to nobody, all that might take it. */
    static <O extends HasMetadata, T extends HasMetadata> void owners(
            Cache<T> changing, String kind, Cache<O> owners, Function<O, @Nullable LabelSelector> selector, ControlLoop loop) {
        changing.onChange(one -> {
            var controller = Cache.controllerOf(one);
            if (controller.isPresent()) {
                if (controller.get().getKind().equals(kind)) {
                    loop.add(Cache.key(Cache.namespace(one), controller.get().getName()));
                }
                return;
            }
            for (var owner : owners.inNamespace(Cache.namespace(one))) {
                var wants = selector.apply(owner);
                if (wants != null && new Selection(wants).test(one.getMetadata().getLabels())) {
                    loop.add(Cache.key(owner));
                }
            }
        });
    }

    /** Those that an object may take: its own, and what belongs to nobody. */
    static <T extends HasMetadata> java.util.List<T> candidates(HasMetadata owner, Cache<T> all) {
        return all.inNamespace(Cache.namespace(owner)).stream()
                .filter(p -> Cache.controllerOf(p).map(c -> c.getUid().equals(owner.getMetadata().getUid())).orElse(true))
                .toList();
    }
}
