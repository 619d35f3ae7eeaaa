package dev.skerry.program;

import java.util.List;

/** A configuration that cannot be used; one line a fault, each with file, line, value and what is accepted. */
final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    ConfigException(List<String> faults) {
        super(String.join("\n", faults));
    }
}
