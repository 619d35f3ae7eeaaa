package dev.skerry.fabric.spoke;

import dev.skerry.kube.pki.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How often this site has booted, as it counts itself on its disk. */
final class Incarnation {

    private Incarnation() {}

    /** Counts this boot. */
    static long next(Path folder) throws IOException {
        Path file = folder.resolve("incarnation");
        long before = 0;
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            try {
                before = Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IOException(file + ": " + text + " (expected: a number)", e);
            }
        }
        Pem.write(file, before + 1 + "\n", false);
        return before + 1;
    }
}
