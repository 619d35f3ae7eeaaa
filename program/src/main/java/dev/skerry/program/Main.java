package dev.skerry.program;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line. The launcher {@code ./skerry} adds setup, demo, test and bench. */
@Command(
        name = "skerry",
        mixinStandardHelpOptions = true,
        version = Version.TEXT,
        description = "Cloud, edge and device as one platform. Also: skerry setup, demo, test, bench NAME.",
        subcommands = {UpCommand.class, DownCommand.class, TokenCommand.class, DevicesCommand.class, ImageCommand.class, AuditCommand.class, BackupCommand.class, RestoreCommand.class, CheckCommand.class, SqlCommand.class, HelpCommand.class})
public final class Main implements Runnable {

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandLine.Model.CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        Logs.configure();
        System.exit(new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, line, result) -> {
                    line.getErr().println("skerry: " + (failure.getMessage() == null ? failure.toString() : failure.getMessage())
                            + (failure.getCause() == null ? "" : " (" + failure.getCause().getMessage() + ")"));
                    if (Boolean.getBoolean("skerry.debug")) {
                        failure.printStackTrace(line.getErr());
                    }
                    return 1;
                })
                .execute(args));
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
