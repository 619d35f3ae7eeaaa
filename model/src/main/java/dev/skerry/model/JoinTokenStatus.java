package dev.skerry.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a token has been used for. */
public record JoinTokenStatus(@Nullable Integer usesLeft, List<String> sites) {

    public JoinTokenStatus {
        sites = sites == null ? List.of() : List.copyOf(sites);
    }
}
