package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.cel.SchemaRules;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.schema.Gvk;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What only a definition says of one of its versions. Thread safe. */
final class DefinedVersion {
    private final String uid;
    private final String listKind;
    private final String deprecation;
    private final boolean terminating;
    private final Gvk gvk;
    private final JsonNode written;
    private final Versions versions;
    private final Lock compiling = new ReentrantLock();
    private @Nullable SchemaRules rules;

    /** @param deprecation what clients are told, or empty @param written the schema as the definition has it */
    DefinedVersion(String uid, String listKind, String deprecation, boolean terminating, Gvk gvk, JsonNode written, Versions versions) {
        this.uid = uid;
        this.listKind = listKind;
        this.deprecation = deprecation;
        this.terminating = terminating;
        this.gvk = gvk;
        this.written = written;
        this.versions = versions;
    }

    String uid() {
        return uid;
    }

    String listKind() {
        return listKind;
    }

    String deprecation() {
        return deprecation;
    }

    /** Whether the definition is being removed: nothing new may be made. */
    boolean terminating() {
        return terminating;
    }

    /** A stored object as this version shows it. */
    ObjectNode shown(ObjectNode stored) {
        return versions.read(stored, gvk);
    }

    /** An object of this version as it is stored. */
    ObjectNode stored(ObjectNode object) {
        return versions.stored(object);
    }

    /** The version of the object that a manager of another version sees, if that version is known. */
    Optional<dev.skerry.kube.schema.Schema> schema(String apiVersion) {
        return versions.schema(apiVersion);
    }

    /** Runs the rules of the schema; they are compiled when the first object comes. */
    List<Cause> rules(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        if (!SchemaRules.any(written)) {
            return List.of();
        }
        compiling.lock();
        try {
            if (rules == null) {
                rules = SchemaRules.of(written);
            }
        } finally {
            compiling.unlock();
        }
        return rules.validate(object, old, warnings);
    }

    boolean hasRules() {
        return SchemaRules.any(written);
    }
}
