package dev.skerry.program;

import picocli.CommandLine;

/** A command that only has others below it: by itself it tells which. */
abstract class CommandGroup implements Runnable {

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandLine.Model.CommandSpec spec;

    @Override
    public final void run() {
        spec.commandLine().usage(System.out);
    }
}
