package dev.skerry.bench;

import java.nio.file.Path;
import java.util.List;

/** One benchmark: bounded in count and time, on loopback only, and it ends what it starts. */
interface Bench {

    /** As it is called on the command line. */
    String name();

    /** What it measures, in a few words. */
    String about();

    /**
     * What it consists of, in this order; each part is measured by itself, so that one that fails costs no other its figures.
     *
     * @param folder empty, for everything that it writes; the caller deletes it
     */
    List<Part> parts(Path folder);

    /** @param name for progress and failures */
    record Part(String name, Measuring measuring) {}

    /** Measures, and says what it found. */
    interface Measuring {
        void into(Figures figures) throws Exception;
    }
}
