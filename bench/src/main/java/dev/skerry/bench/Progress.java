package dev.skerry.bench;

/** Lines that say how far it has come, on standard error: standard output is for the result. */
final class Progress {

    private static final long START = System.nanoTime();

    private Progress() {}

    static void say(String what) {
        System.err.printf("%6.1fs  %s%n", (System.nanoTime() - START) / 1e9, what);
    }
}
