package dev.skerry.streams.functions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several rows from one: each element becomes a row, an object's entries become its columns. */
public non-sealed interface SetReturning extends Function {

    /**
     * The elements; a value that is no list is its only element.
     *
     * @throws FunctionException if the values do not fit
     */
    List<@Nullable Object> rows(@Nullable Object[] args, Call call);
}
