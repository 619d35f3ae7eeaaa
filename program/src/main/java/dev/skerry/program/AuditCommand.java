package dev.skerry.program;

import dev.skerry.kube.apiserver.AuditChain;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The audit log of the Kubernetes API. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "The audit log of the Kubernetes API.",
        subcommands = AuditCommand.Verify.class)
final class AuditCommand extends CommandGroup {

    /** Exit status 0 only if the chain holds. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Check the chain through the files of an audit log: tells each line before which one was changed, removed or put in.")
    static final class Verify implements Callable<Integer> {

        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private CommandLine.Model.CommandSpec spec;

        @Parameters(arity = "1..*", paramLabel = "FILE", description = "All files of the log, in any order, such as DATA/audit/*.log.")
        private List<Path> files = List.of();

        @Override
        public Integer call() throws Exception {
            var report = AuditChain.verify(files);
            var out = spec.commandLine().getOut();
            report.faults().forEach(out::println);
            out.println(report.lines() + " lines, numbers " + report.first() + " to " + report.last() + ", " + report.dropped() + " events dropped, "
                    + report.faults().size() + " faults, last hash " + report.hash());
            out.flush();
            return report.faults().isEmpty() ? 0 : 1;
        }
    }
}
