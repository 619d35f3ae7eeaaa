package dev.skerry.streams.functions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at the arguments of a call when the statement is compiled. */
@FunctionalInterface
public interface Check {

    /** The sentence that the author of the statement shall read, or null if all is well. */
    @Nullable String problem(List<Argument> arguments);
}
