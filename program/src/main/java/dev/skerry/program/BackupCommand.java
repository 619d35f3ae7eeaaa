package dev.skerry.program;

import dev.skerry.kube.store.SqliteBackup;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A copy of all objects, while the skerry runs or not. */
@Command(name = "backup", mixinStandardHelpOptions = true, description = "Copy a skerry's objects into a file; it may run meanwhile (docs/store.md).")
final class BackupCommand implements Callable<Integer> {

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "./data", description = "The skerry's data folder (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of("data");

    @Option(names = "--to", paramLabel = "FILE", required = true, description = "The new file. It holds Secrets: keep it where only you can read it.")
    private Path to = Path.of("backup.db");

    @Override
    public Integer call() throws Exception {
        SqliteBackup.take(data.resolve("kube/state.db"), to);
        System.out.println(to + " (keep " + data.resolve("pki") + " beside it)");
        return 0;
    }
}
