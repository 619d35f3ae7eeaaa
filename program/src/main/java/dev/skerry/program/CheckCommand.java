package dev.skerry.program;

import dev.skerry.kube.store.SqliteBackup;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks through all of a store; at each start only the quick part of it is done. */
@Command(name = "check", mixinStandardHelpOptions = true, description = "Look through a skerry's objects for damage, all of them; it may run meanwhile.")
final class CheckCommand implements Callable<Integer> {

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "./data", description = "The skerry's data folder (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of("data");

    @Override
    public Integer call() throws Exception {
        var file = data.resolve("kube/state.db");
        var findings = SqliteBackup.check(file);
        findings.forEach(finding -> System.out.println(file + ": " + finding));
        System.out.println(findings.isEmpty() ? file + ": sound" : findings.size() + " findings ('skerry restore' puts a backup in its place)");
        return findings.isEmpty() ? 0 : 1;
    }
}
