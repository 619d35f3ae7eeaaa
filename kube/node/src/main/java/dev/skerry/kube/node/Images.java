package dev.skerry.kube.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Images in the containerd of a node's folder. */
public final class Images {

    private static final Duration IMPORT = Duration.ofMinutes(10);
    private static final Duration LOOK = Duration.ofSeconds(20);

    private final NodePlace place;

    /** @param folder the same as the node agent's */
    public Images(Path folder) {
        this.place = new NodePlace(folder);
    }

    /**
     * Brings an OCI or docker archive in. containerd must run: a node agent over the folder has started it.
     *
     * @return the names under which Pods can use the images
     * @throws IOException if the file is no archive, or containerd does not run or has no room
     */
    public List<String> load(Path archive) throws IOException, InterruptedException {
        if (!Files.isReadable(archive)) {
            throw new IOException("image: " + archive + " (expected: a readable OCI or docker archive)");
        }
        if (new Containerd(place).running().isEmpty()) {
            throw new IOException("image: no containerd runs for " + place.folder() + " (expected: a skerry that is up there, with its runtime enabled)");
        }
        var before = names();
        var output = run(IMPORT, "import", "--all-platforms", archive.toAbsolutePath().toString());
        var loaded = new ArrayList<String>();
        for (var line : output.lines().toList()) {
            // "unpacking NAME (sha256:...)...done"
            if (line.startsWith("unpacking ")) {
                loaded.add(line.substring("unpacking ".length()).replaceFirst(" \\(sha256.*", ""));
            }
        }
        if (loaded.isEmpty()) {
            names().stream().filter(n -> !before.contains(n)).forEach(loaded::add);
        }
        var usable = new ArrayList<String>();
        for (var name : loaded) {
            var whole = withRegistry(name);
            if (!whole.equals(name)) {
                run(LOOK, "tag", "--force", name, whole);
            }
            usable.add(whole);
        }
        return usable;
    }

    private Set<String> names() throws IOException, InterruptedException {
        return new LinkedHashSet<>(run(LOOK, "ls", "-q").lines().toList());
    }

    private String run(Duration most, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Programs.find("ctr").map(Path::toString).orElseThrow(() -> new IOException("ctr: not found ('skerry setup' installs it)")),
                "--address", place.socket().toString(), "--namespace", "k8s.io", "images"));
        command.addAll(List.of(words));
        return Programs.run(most, command);
    }

    /** A name as the runtime looks it up: without a registry it is Docker Hub's, without a tag it is the latest. */
    static String withRegistry(String name) {
        var slash = name.indexOf('/');
        var first = slash < 0 ? "" : name.substring(0, slash);
        var whole = first.contains(".") || first.contains(":") || first.equals("localhost")
                ? name
                : slash < 0 ? "docker.io/library/" + name : "docker.io/" + name;
        return whole.contains("@") || whole.lastIndexOf(':') > whole.lastIndexOf('/') ? whole : whole + ":latest";
    }
}
