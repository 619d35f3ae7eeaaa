package dev.skerry.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What an API costs of which nobody wants anything. */
final class ApiIdle {

    private static final int SETTLE_SECONDS = 10;
    private static final double SECONDS_AN_HOUR = 3_600;

    private ApiIdle() {}

    static void measure(Path folder, int idleSeconds, Figures figures) throws IOException, InterruptedException {
        Progress.say("  a first start (after a build it records its classes)");
        PlainApi.start(folder).close();
        try (var api = PlainApi.start(java.nio.file.Files.createDirectories(folder.resolve("new")))) {
            figures.add("readySeconds", api.readySeconds(), "s");
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            var written = api.process().writtenMb();
            var cpu = api.process().cpuSeconds();
            TimeUnit.SECONDS.sleep(idleSeconds);
            figures.add("idleMb", api.process().residentMb(), "MB");
            figures.add("idleWindowSeconds", idleSeconds, "s");
            figures.add("idleDiskMbPerHour", (api.process().writtenMb() - written) * SECONDS_AN_HOUR / idleSeconds, "MB/h");
            figures.add("idleCpuSecondsPerHour", (api.process().cpuSeconds() - cpu) * SECONDS_AN_HOUR / idleSeconds, "s/h");
        }
    }
}
