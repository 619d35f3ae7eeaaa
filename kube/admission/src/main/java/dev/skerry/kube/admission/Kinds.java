package dev.skerry.kube.admission;

import dev.skerry.kube.schema.Gvk;
import java.util.List;
import java.util.Optional;

/** All kinds that are served now. May be called from any thread. */
public interface Kinds {

    List<Resource> all();

    /** By kind and version. */
    default Optional<Resource> find(Gvk kind) {
        return all().stream().filter(r -> r.gvk().equals(kind)).findFirst();
    }
}
