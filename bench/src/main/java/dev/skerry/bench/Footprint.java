package dev.skerry.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How big an idle skerry is and how soon it is ready, as its users start it: through the launcher, with the launcher's JVM flags. A
 * centre with a hub, a site that joins it and has a container runtime where this machine allows one, and a JVM that does
 * nothing, for scale. {@code siteReadySeconds} is a site's first start, with nothing on disk yet, the launcher's own part of it
 * included; the second start finds everything there.
 */
final class Footprint {

    private static final Duration FIRST_START = Duration.ofSeconds(90);
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration COMMAND = Duration.ofSeconds(20);

    private final Path folder;
    private final Path launcher;
    private final long idleSeconds;

    private Footprint(Path folder, Path launcher, Duration idle) {
        this.folder = folder;
        this.launcher = launcher;
        this.idleSeconds = idle.toSeconds();
    }

    /** @param idle how long all of them are left alone before their size is taken */
    static void measure(Path folder, Duration idle, Figures figures) throws IOException, InterruptedException {
        var root = System.getenv("SKERRY_ROOT");
        if (root == null) {
            throw new IOException("SKERRY_ROOT: not set (expected: to be started as './skerry bench')");
        }
        new Footprint(folder, Path.of(root, "skerry"), idle).skerries(figures);
    }

    private void skerries(Figures figures) throws IOException, InterruptedException {
        var centre = up("centre", "hub: {port: 0, dataPort: 0}\nruntime: {enabled: false}\n");
        try (centre) {
            Progress.say("  the centre starts (a first start after a build takes longer: it records its classes)");
            var words = centre.awaitReady(FIRST_START).words();
            var token = words.containsKey("hub") ? token() : Optional.<String>empty();
            var joining = token.map(t -> "parent: {address: '" + words.get("hub") + "', token: '" + t + "'}\n").orElse("");
            boolean runtime = canRunContainers();
            var settings = joining + "runtime: {enabled: " + runtime + "}\n";
            try (var site = up("site", settings)) {
                var launched = site.awaitJvm(START);
                figures.add("siteReadySeconds", site.awaitReady(START).seconds(), "s");
                figures.add("siteLauncherSeconds", launched, "s");
            }
            try (var site = up("site", settings)) {
                figures.add("siteSecondStartSeconds", site.awaitReady(START).seconds(), "s");
                TimeUnit.SECONDS.sleep(idleSeconds);
                figures.add("siteIdleMb", site.residentMb(), "MB");
                figures.add("centreIdleMb", centre.residentMb(), "MB");
            }
            figures.add("siteJoined", token.isPresent() ? 1 : 0, "0 or 1");
            figures.add("siteRuntime", runtime ? 1 : 0, "0 or 1");
            bare(folder, centre.jvmFlags(), idleSeconds, figures);
        }
    }

    private Child up(String name, String settings) throws IOException {
        var config = folder.resolve(name + ".yaml");
        Files.writeString(config, "name: " + name + "\napi: {port: 0}\nconsole: {port: 0}\n" + settings);
        return Child.start(
                name,
                List.of(launcher.toString(), "up", "--config", config.toString(), "--data", folder.resolve(name).toString()),
                folder.resolve(name + ".err"));
    }

    /** A token for the site, or nothing, told, where the centre gives none. */
    private Optional<String> token() throws IOException, InterruptedException {
        var process = new ProcessBuilder(launcher.toString(), "token", "create", "--data", folder.resolve("centre").toString())
                .redirectError(folder.resolve("token.err").toFile())
                .start();
        try {
            var said = new String(process.getInputStream().readNBytes(10_000), StandardCharsets.UTF_8).strip();
            if (process.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0 && !said.isEmpty()) {
                return Optional.of(said);
            }
            Progress.say("  no token: the site stays alone");
            return Optional.empty();
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean canRunContainers() {
        return "root".equals(System.getProperty("user.name")) && Stream.of("containerd", "runc").allMatch(Footprint::onPath);
    }

    private static boolean onPath(String program) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .anyMatch(p -> Files.isExecutable(Path.of(p, program)));
    }

    /** A JVM with these flags that does nothing. */
    static void bare(Path folder, List<String> flags, long idleSeconds, Figures figures) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // The cache of the program's classes is no use without the program's class path.
        flags.stream().filter(f -> !f.startsWith("-XX:AOT")).forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Hello.class.getName()));
        try (var hello = Child.start("bare JVM", command, folder.resolve("bare.err"))) {
            figures.add("bareJvmReadySeconds", hello.awaitReady(START).seconds(), "s");
            TimeUnit.SECONDS.sleep(idleSeconds);
            figures.add("bareJvmMb", hello.residentMb(), "MB");
        }
    }
}
