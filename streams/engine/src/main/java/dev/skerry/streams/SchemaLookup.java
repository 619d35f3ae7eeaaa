package dev.skerry.streams;

import dev.skerry.data.StreamSchema;
import java.util.Optional;

/** Knows the streams that a rule may name in FROM. */
@FunctionalInterface
public interface SchemaLookup {

    /** The shape of the stream of this name in the namespace, or empty if there is none yet. */
    Optional<StreamSchema> find(String namespace, String stream);
}
