package dev.skerry.program;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One skerry in the foreground, until SIGTERM. */
@Command(name = "up", mixinStandardHelpOptions = true, description = "Run one skerry in the foreground; prints one line that begins 'ready'.")
final class UpCommand implements Callable<Integer> {

    private static final Duration SETTLED = Duration.ofSeconds(5);

    @Option(names = "--config", paramLabel = "FILE", description = "Its configuration (docs/configuration.md); without one every key has its default.")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "The folder for everything that it keeps; overrides the key 'data'.")
    private @Nullable Path data;

    /** Starting needs memory that running does not: once it has settled, the machine gets it back. */
    private static void settle() {
        try {
            Thread.sleep(SETTLED);
            System.gc();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Integer call() throws Exception {
        var read = config == null ? ConfigFile.parse("defaults", "") : ConfigFile.read(config);
        var settings = data == null ? read : read.withData(data);
        var stopped = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopped.countDown();
            try {
                ended.await();
            } catch (InterruptedException e) {
                // The machine goes down faster than we do: what was acknowledged is on disk.
                Thread.currentThread().interrupt();
            }
        }, "stop"));
        try (var skerry = Skerry.start(settings)) {
            System.out.println(skerry.readyLine());
            System.out.flush();
            Thread.ofVirtual().name("settling").start(UpCommand::settle);
            stopped.await();
        } finally {
            ended.countDown();
        }
        return 0;
    }
}
