package dev.skerry.program;

import dev.skerry.kube.node.NodeNetwork;
import dev.skerry.kube.node.Teardown;
import dev.skerry.kube.proxy.ServiceNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Containers outlive their skerry; this ends them. */
@Command(name = "down", mixinStandardHelpOptions = true, description = "End the containers that a stopped skerry has left running; its data stays.")
final class DownCommand implements Callable<Integer> {

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "./data", description = "The skerry's data folder (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of("data");

    @Override
    public Integer call() throws Exception {
        if (!Files.isDirectory(data)) {
            throw new ParameterException(spec.commandLine(), "--data: " + data + " (expected: the data folder of a skerry)");
        }
        try (var lock = DataFolder.lock(data)) {
            var ended = Teardown.of(data.resolve("node"));
            ServiceNetwork.remove(NodeNetwork.name(data.resolve("node")));
            System.out.println(ended + " Pods ended");
        }
        return 0;
    }
}
