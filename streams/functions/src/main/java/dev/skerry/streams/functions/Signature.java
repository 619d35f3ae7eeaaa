package dev.skerry.streams.functions;

/**
 * How a function is called.
 *
 * @param name in lower case
 * @param arguments the arguments as a reader writes them, such as {@code text, start[, end]}
 * @param result the kind of the result
 * @param summary one sentence on what it gives
 * @param check what must hold of the written arguments
 */
public record Signature(String name, String arguments, String result, String summary, Check check) {

    Signature named(String other) {
        return new Signature(other, arguments, result, summary, check);
    }
}
