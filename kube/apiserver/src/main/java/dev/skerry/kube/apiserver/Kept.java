package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.store.ObjectStore;
import org.jspecify.annotations.Nullable;

/** An object on its way out of the store. It is parsed when somebody looks into it: most are only passed on. For one thread. */
final class Kept {

    private final ResourceType type;
    private final byte @Nullable [] bytes;
    private @Nullable ObjectNode object;

    private Kept(ResourceType type, byte @Nullable [] bytes, @Nullable ObjectNode object) {
        this.type = type;
        this.bytes = bytes;
        this.object = object;
    }

    static Kept of(ResourceType type, ObjectStore.Entry entry) {
        return new Kept(type, entry.value(), null);
    }

    /** One that the store does not hold in this form. */
    static Kept of(ResourceType type, ObjectNode object) {
        return new Kept(type, null, object);
    }

    ObjectNode object() {
        var known = object;
        if (known == null) {
            known = type.read(java.util.Objects.requireNonNull(bytes));
            object = known;
        }
        return known;
    }

    /** Its JSON, if it is shown as it is stored. */
    byte @Nullable [] json() {
        return type.shownAsStored() ? bytes : null;
    }
}
