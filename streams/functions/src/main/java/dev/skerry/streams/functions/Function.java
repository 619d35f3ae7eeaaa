package dev.skerry.streams.functions;

import java.util.List;
import java.util.Optional;

/** What a rule can call by a name. A function is immutable and shared by all rules; what remembers is made by {@code create()} for each place of use. */
public sealed interface Function permits Scalar, Aggregate, Analytic, SetReturning, Columns, Implicit {

    /** Name, written arguments, result: what a reader of the catalogue sees. */
    Signature signature();

    /** What is wrong with the arguments as they are written, or nothing. Types that are only known at run time pass. */
    default Optional<String> check(List<Argument> arguments) {
        return Optional.ofNullable(signature().check().problem(arguments));
    }

    /** The lower-case name. */
    default String name() {
        return signature().name();
    }
}
