package dev.skerry.bench;

import dev.skerry.testkit.Transcript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** The kubectl transcript of {@code kube/clients} against the program as it is shipped, and what it weighs afterwards. */
final class KubectlBench implements Bench {

    @Override
    public String name() {
        return "kubectl";
    }

    @Override
    public String about() {
        return "a user's day of kubectl commands on a plain Kubernetes, compared with golden answers, and its size after it (two minutes)";
    }

    @Override
    public List<Part> parts(Path folder, Map<String, Long> options) {
        return List.of(new Part("kubectl commands", f -> measure(folder, f)));
    }

    private static void measure(Path folder, Figures figures) throws IOException, InterruptedException {
        var work = Files.createDirectories(folder.resolve("work"));
        var scripts = Path.of(System.getenv("SKERRY_ROOT"), "kube", "clients", "src", "test", "kubectl");
        try (var files = Files.list(scripts)) {
            for (var file : files.toList()) {
                Files.copy(file, work.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        var transcript = Transcript.read(work.resolve("kubectl.transcript"));
        try (var api = PlainApi.start(folder)) {
            figures.add("beforeMb", api.process().residentMb(), "MB");
            var kubeconfig = Files.copy(api.kubeconfig(), work.resolve("kubeconfig"));
            var differences = transcript.run(work, Map.of("KUBECONFIG", kubeconfig.toString(), "HOME", work.toString()));
            figures.add("residentMb", api.process().residentMb(), "MB");
            figures.add("cpuSeconds", api.process().cpuSeconds(), "s");
            figures.add("commands", transcript.size(), "commands");
            figures.add("differences", differences.size(), "commands");
            differences.forEach(d -> Progress.say(d.toString()));
            if (!differences.isEmpty()) {
                throw new IOException(differences.size() + " of " + transcript.size() + " commands printed something else");
            }
        }
    }
}
