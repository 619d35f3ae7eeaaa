package dev.skerry.program;

import dev.skerry.fabric.hub.JoinTokens;
import dev.skerry.kube.pki.CertificateAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Join tokens of a running parent. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Join tokens, with which sites enrol.",
        subcommands = TokenCommand.Create.class)
final class TokenCommand extends CommandGroup {

    /** Prints the token and nothing else: the only time that it can be read. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Make a join token and print it; 'kubectl get jointokens' lists what was made, 'kubectl delete' revokes it.")
    static final class Create implements Callable<Integer> {

        private static final Pattern VALIDITY = Pattern.compile("([1-9][0-9]{0,5})(m|h|d)");

        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private CommandLine.Model.CommandSpec spec;

        @Option(names = "--data", paramLabel = "DIR", defaultValue = "./data", description = "The parent's data folder (default: ${DEFAULT-VALUE}).")
        private Path data = Path.of("data");

        @Option(names = "--site", paramLabel = "NAME", description = "The only site that the token lets in; any if not said.")
        private @Nullable String site;

        @Option(names = "--uses", paramLabel = "N", defaultValue = "1", description = "How many sites may enrol with it (default: ${DEFAULT-VALUE}).")
        private int uses;

        @Option(names = "--ttl", paramLabel = "TIME", defaultValue = "24h", description = "How long it is good for, such as 30m, 24h, 7d (default: ${DEFAULT-VALUE}).")
        private String ttl = "24h";

        @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label of the sites that enrol with it; may be said several times.")
        private Map<String, String> labels = new LinkedHashMap<>();

        @Override
        public Integer call() throws Exception {
            var match = VALIDITY.matcher(ttl);
            if (!match.matches()) {
                throw new ParameterException(spec.commandLine(), "--ttl: " + ttl + " (expected: a time such as 30m, 24h, 7d)");
            }
            if (uses < 1) {
                throw new ParameterException(spec.commandLine(), "--uses: " + uses + " (expected: 1 or more)");
            }
            var amount = Long.parseLong(match.group(1));
            var validity = switch (match.group(2)) {
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
            var kubeconfig = data.resolve("kubeconfig");
            var pki = data.resolve("pki");
            if (!Files.exists(kubeconfig) || !Files.isDirectory(pki)) {
                throw new ParameterException(spec.commandLine(), "--data: " + data + " holds no skerry (expected: the data folder of a parent that is up)");
            }
            var clock = InstantSource.system();
            var authority = CertificateAuthority.loadOrCreate(pki, "skerry", clock);
            try (var client = Kubeconfig.read(kubeconfig)) {
                System.out.println(JoinTokens.create(client, authority, clock, validity, uses, site, labels).text());
            }
            return 0;
        }
    }
}
