package dev.skerry.bench;

import java.io.File;
import java.io.IOException;
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
    private static final Duration JOIN = Duration.ofSeconds(15);

    private final Path folder;
    private final Launcher launcher;
    private final long idleSeconds;

    private Footprint(Path folder, Launcher launcher, Duration idle) {
        this.folder = folder;
        this.launcher = launcher;
        this.idleSeconds = idle.toSeconds();
    }

    /** @param idle how long all of them are left alone before their size is taken */
    static void measure(Path folder, Duration idle, Figures figures) throws IOException, InterruptedException {
        new Footprint(folder, Launcher.find(), idle).skerries(figures);
    }

    private void skerries(Figures figures) throws IOException, InterruptedException {
        var centre = launcher.up(folder, "centre", "hub: {port: 0, dataPort: 0}\nruntime: {enabled: false}\n");
        try (centre) {
            Progress.say("  the centre starts (a first start after a build takes longer: it records its classes)");
            var ready = centre.awaitReady(FIRST_START);
            var token = ready.words().containsKey("hub") ? launcher.token(folder.resolve("centre")) : Optional.<String>empty();
            var joining = token.map(t -> "parent: {address: '" + ready.words().get("hub") + "', token: '" + t + "'}\n").orElse("");
            boolean runtime = canRunContainers();
            var settings = joining + "runtime: {enabled: " + runtime + "}\n";
            try (var site = launcher.up(folder, "site", settings)) {
                var launched = site.awaitJvm(START);
                figures.add("siteReadySeconds", site.awaitReady(START).seconds(), "s");
                figures.add("siteLauncherSeconds", launched, "s");
            }
            try (var site = launcher.up(folder, "site", settings)) {
                figures.add("siteSecondStartSeconds", site.awaitReady(START).seconds(), "s");
                var joined = token.isPresent() && launcher.awaitJoined(ready.get("kubeconfig"), "site", JOIN);
                TimeUnit.SECONDS.sleep(idleSeconds);
                figures.add("siteJoined", joined ? 1 : 0, "0 or 1");
                figures.add("siteRuntime", site.hasOffspring() ? 1 : 0, "0 or 1");
                figures.add("siteIdleMb", site.residentMb(), "MB");
                figures.add("centreIdleMb", centre.residentMb(), "MB");
            }
            Progress.say("  the launcher's JVM flags: " + String.join(" ", centre.jvmFlags()));
            bare(folder, centre.jvmFlags(), idleSeconds / 2, figures);
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
