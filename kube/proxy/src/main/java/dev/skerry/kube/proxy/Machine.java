package dev.skerry.kube.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The machine's network, as far as Services change it: a bridge, kernel switches, a table of nftables. */
final class Machine {

    private static final Duration COMMAND = Duration.ofSeconds(20);
    private static final int MOST_OUTPUT = 64 * 1024;
    private static final Path BRIDGE_SEEN = Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables");

    private Machine() {}

    /** Makes the Pods' bridge, which the CNI plugin would make with the first Pod: what listens there must be there before. */
    static void bridge(ProxyConfig config) throws IOException, InterruptedException {
        if (!Files.exists(Path.of("/sys/class/net", config.bridge()))) {
            run("", "ip", "link", "add", config.bridge(), "type", "bridge");
        }
        run("", "ip", "address", "replace", config.gateway() + "/" + config.prefix(), "dev", config.bridge());
        run("", "ip", "link", "set", config.bridge(), "up");
        Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
        if (config.local()) {
            // For the way to the API on the loopback; the rules shut all others.
            Files.writeString(Path.of("/proc/sys/net/ipv4/conf", config.bridge(), "route_localnet"), "1");
        }
    }

    /** Whether what goes from Pod to Pod over the bridge passes nftables. */
    static boolean bridgeSeen() {
        try {
            return Files.exists(BRIDGE_SEEN) && Files.readString(BRIDGE_SEEN).strip().equals("1");
        } catch (IOException e) {
            // Then a longer way is taken, which works in either case.
            return false;
        }
    }

    /** Whether a table of that name is there: another program may flush all rules. */
    static boolean has(String table) throws InterruptedException {
        try {
            run("", "nft", "list", "map", "ip", table, "services");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes away the tables of nodes that are no more: theirs is the name of a bridge that is not there, and they would lead the machine's own programs astray. */
    static void sweep(ProxyConfig config) throws IOException, InterruptedException {
        var prefix = config.table().substring(0, config.table().indexOf('-') + 1);
        var bridges = config.bridge().substring(0, config.bridge().indexOf('-') + 1);
        for (var line : ask("", "nft", "list", "tables", "ip").lines().toList()) {
            var name = line.substring(line.lastIndexOf(' ') + 1);
            if (name.startsWith(prefix) && !name.equals(config.table()) && !Files.exists(Path.of("/sys/class/net", bridges + name.substring(prefix.length())))) {
                run("", "nft", "delete", "table", "ip", name);
            }
        }
    }

    static void rules(String script) throws IOException, InterruptedException {
        run(script, "nft", "-f", "-");
    }

    private static void run(String input, String... command) throws IOException, InterruptedException {
        var unused = ask(input, command);
    }

    private static String ask(String input, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(Stream.concat(Stream.of(program(command[0])), Stream.of(command).skip(1)).toList()).redirectErrorStream(true).start();
        try {
            var reading = new FutureTask<>(() -> process.getInputStream().readNBytes(MOST_OUTPUT));
            Thread.ofVirtual().name("output-of-" + process.pid()).start(reading);
            try (var out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(COMMAND.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(command[0] + ": not done in " + COMMAND.toSeconds() + "s");
            }
            var output = new String(reading.get(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": status " + process.exitValue() + ": " + output.strip());
            }
            return output;
        } catch (ExecutionException e) {
            throw new IOException(command[0] + ": its output could not be read", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String program(String name) throws IOException {
        return List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").stream().map(f -> Path.of(f, name)).filter(Files::isExecutable).findFirst().map(Path::toString)
                .orElseThrow(() -> new IOException(name + ": not found (expected: in /usr/sbin, /usr/bin, /sbin or /bin; 'skerry setup' installs it)"));
    }
}
