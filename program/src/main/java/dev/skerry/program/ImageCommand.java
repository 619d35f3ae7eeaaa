package dev.skerry.program;

import dev.skerry.kube.node.BusyboxImage;
import dev.skerry.kube.node.Images;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParameterException;

/** Images of a skerry that is up. */
@Command(
        name = "image",
        mixinStandardHelpOptions = true,
        description = "Container images of a running skerry.",
        subcommands = {ImageCommand.Import.class, ImageCommand.Busybox.class})
final class ImageCommand extends CommandGroup {

    /** Prints the names under which Pods can use what was in the archive. */
    @Command(name = "import", mixinStandardHelpOptions = true, description = "Bring an OCI or docker archive into the containerd of a running skerry.")
    static final class Import implements Callable<Integer> {

        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private CommandLine.Model.CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "The archive, as 'docker save' or 'skopeo copy' write it.")
        private @Nullable Path file;

        @Option(names = "--data", paramLabel = "DIR", defaultValue = "./data", description = "The skerry's data folder (default: ${DEFAULT-VALUE}).")
        private Path data = Path.of("data");

        @Override
        public Integer call() throws Exception {
            if (file == null || !Files.isDirectory(data)) {
                throw new ParameterException(spec.commandLine(), "--data: " + data + " (expected: the data folder of a skerry that is up)");
            }
            new Images(data.resolve("node")).load(file).forEach(System.out::println);
            return 0;
        }
    }

    /** A small image for demos and trials, where no registry is in reach. */
    @Command(name = "busybox", mixinStandardHelpOptions = true, description = "Write an archive with an image of this machine's busybox, for trials without a registry.")
    static final class Busybox implements Callable<Integer> {

        @Parameters(paramLabel = "FILE", description = "The archive to write.")
        private @Nullable Path file;

        @Option(names = "--name", paramLabel = "NAME", defaultValue = "local/busybox:1", description = "The image's name (default: ${DEFAULT-VALUE}).")
        private String name = "local/busybox:1";

        @Override
        public Integer call() throws Exception {
            if (file != null) {
                BusyboxImage.write(file, name);
            }
            return 0;
        }
    }
}
