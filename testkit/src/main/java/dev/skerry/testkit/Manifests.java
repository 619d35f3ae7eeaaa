package dev.skerry.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Manifests as a user would write them, each with what is to come of it: a line {@code ### name} begins one, {@code # expect PATH POINTER = VALUE} tells what the API
 * answers in the end, {@code # log POD [CONTAINER] = TEXT} what a container said.
 */
public record Manifests(String name, String yaml, List<Expectation> expectations, List<Log> logs) {

    private static final Pattern EXPECT = Pattern.compile("# expect (\\S+) (\\S+) = (.*)");
    private static final Pattern LOG = Pattern.compile("# log (\\S+)(?: (\\S+))? = (.*)");

    /** What the API answers in the end. */
    public record Expectation(String path, String pointer, String value) {}

    /** What a container said. */
    public record Log(String pod, String container, String text) {}

    public Manifests {
        expectations = List.copyOf(expectations);
        logs = List.copyOf(logs);
    }

    @Override
    public String toString() {
        return name;
    }

    /** @param of a class beside which the resource lies */
    public static List<Manifests> read(Class<?> of, String resource) throws IOException {
        try (var in = of.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(resource + ": not found");
            }
            var all = new ArrayList<Manifests>();
            for (var part : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^### ")) {
                if (part.isBlank()) {
                    continue;
                }
                var expectations = EXPECT.matcher(part).results().map(m -> new Expectation(m.group(1), m.group(2), m.group(3))).toList();
                var logs = LOG.matcher(part).results().map(m -> new Log(m.group(1), m.group(2) == null ? "" : m.group(2), m.group(3).replace("\\n", "\n").replace("\\t", "\t"))).toList();
                all.add(new Manifests(part.lines().findFirst().orElse(""), part.substring(part.indexOf('\n') + 1), expectations, logs));
            }
            return all;
        }
    }
}
