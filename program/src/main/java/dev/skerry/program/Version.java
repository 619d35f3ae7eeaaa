package dev.skerry.program;

/** What this program calls itself. */
final class Version {

    static final String TEXT = "0.1.0";

    private Version() {}
}
