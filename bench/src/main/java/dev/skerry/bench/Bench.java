package dev.skerry.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One benchmark: bounded in count and time, on loopback only, and it ends what it starts. */
interface Bench {

    /** As it is called on the command line. */
    String name();

    /** What it measures, in a few words. */
    String about();

    /** What may be asked of it in other numbers, with the numbers that it takes by itself. */
    default Map<String, Long> options() {
        return Map.of();
    }

    /**
     * What it consists of, in this order; each part is measured by itself, so that one that fails costs no other its figures.
     *
     * @param folder empty, for everything that it writes; the caller deletes it
     * @param options a number for each of {@link #options}
     */
    List<Part> parts(Path folder, Map<String, Long> options);

    /** @param name for progress and failures */
    record Part(String name, Measuring measuring) {}

    /** Measures, and says what it found. */
    interface Measuring {
        void into(Figures figures) throws Exception;
    }
}
