package dev.skerry.devices.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Plays a plant until it is told to end. Standard output has two lines: {@code ready modbus-tcp://127.0.0.1:PORT}, and at
 * the end the counts of requests as JSON.
 */
@Command(name = "simulator", description = "Plays recorded machines as Modbus TCP units.", mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {

    @Option(names = "--plant", required = true, paramLabel = "DIR", description = "folder with chillers.csv.gz and machine.csv.gz")
    private Path plant = Path.of(".");

    @Option(names = "--port", defaultValue = "0", description = "0 (the default) for any free one")
    private int port;

    @Option(names = "--rate", defaultValue = "10", description = "steps of the recordings a second (default: 10)")
    private double rate;

    private Main() {}

    /** Ends with status 0, or 2 if an argument is wrong; as usual with 143 on SIGTERM. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main())
                .setExecutionExceptionHandler((e, command, _) -> {
                    command.getErr().println("simulator: " + e.getMessage());
                    return CommandLine.ExitCode.USAGE;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var simulator = Simulator.start(plant, port, rate);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(simulator), "simulator-end"));
        System.out.println("ready " + simulator.address());
        new CountDownLatch(1).await();
        return 0;
    }

    private static void end(Simulator simulator) {
        simulator.close();
        System.out.println(simulator.counts());
        System.out.flush();
    }
}
