package dev.skerry.program;

import dev.skerry.kube.store.SqliteBackup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Puts a backup in the place of a stopped skerry's objects. */
@Command(name = "restore", mixinStandardHelpOptions = true, description = "Put a backup in the place of a stopped skerry's objects; the former ones stay beside it (docs/store.md).")
final class RestoreCommand implements Callable<Integer> {

    /** A hub that begins without its memory of epochs knows that sites may be ahead of it, and has nothing deleted there. */
    private static final List<String> FORGET = List.of("/core/configmaps/default/skerry-link-epochs");

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "./data", description = "The skerry's data folder (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of("data");

    @Option(names = "--from", paramLabel = "FILE", required = true, description = "What 'skerry backup' wrote.")
    private Path from = Path.of("backup.db");

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(data);
        try (var lock = DataFolder.lock(data)) {
            var file = data.resolve("kube/state.db");
            var former = SqliteBackup.restore(from, file, FORGET);
            System.out.println("restored " + file + (former.equals(file) ? "" : "; the former one is " + former));
        }
        return 0;
    }
}
