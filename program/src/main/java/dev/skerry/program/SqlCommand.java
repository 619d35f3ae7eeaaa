package dev.skerry.program;

import dev.skerry.streams.sql.CaseRunner;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The language of rules. */
@Command(name = "sql", mixinStandardHelpOptions = true, description = "The language of rules.", subcommands = SqlCommand.Test.class)
final class SqlCommand extends CommandGroup {

    /** Exit status 0 only if all cases passed. */
    @Command(
            name = "test",
            mixinStandardHelpOptions = true,
            description = "Run cases from files and folders; the last line is 'N passed, M failed'. docs/rules-and-ekuiper.md describes the format.")
    static final class Test implements Callable<Integer> {

        @Option(names = {"--failures", "--verbose"}, description = "Tell each case that failed, with what was expected and what came.")
        private boolean failures;

        @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files (.json, .case) or folders of them.")
        private List<Path> paths = List.of();

        @Override
        public Integer call() throws Exception {
            var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            return new CaseRunner(out, failures).run(paths) ? 0 : 1;
        }
    }
}
