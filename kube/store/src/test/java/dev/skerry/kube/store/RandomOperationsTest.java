package dev.skerry.kube.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skerry.testkit.PostgresServer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand random operations against a map, on each store; the store lives in a process of its own, which is killed now and
 * then in the middle of a change. What was acknowledged is there, what was not is there or not, and nothing else.
 */
class RandomOperationsTest {

    private static final int OPERATIONS = 10_000;
    private static final int KEYS = 60;
    private static final int CRASHES = 12;

    /** Answers one operation after the other. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            try (var store = open(args); var in = new DataInputStream(System.in); var out = new DataOutputStream(System.out)) {
                out.writeUTF("ready");
                out.flush();
                while (true) {
                    var operation = in.readUTF();
                    var key = in.readUTF();
                    var expected = in.readLong();
                    var value = in.readUTF();
                    out.writeUTF(answer(store, operation, key, expected, value));
                    out.flush();
                }
            }
        }

        private static ObjectStore open(String[] args) throws IOException {
            return args[0].equals("sqlite")
                    ? SqliteStore.open(Path.of(args[1]))
                    : PostgresStore.open(new PostgresSettings(args[1], PostgresServer.USER, Optional.of(Path.of(args[2])), "random"));
        }

        private static String answer(ObjectStore store, String operation, String key, long expected, String value) throws Exception {
            return switch (operation) {
                case "create" -> entry(store.create(key, r -> value.getBytes(StandardCharsets.UTF_8)));
                case "update" -> entry(store.update(key, expected, r -> value.getBytes(StandardCharsets.UTF_8)));
                case "delete" -> entry(store.delete(key, expected, r -> value.getBytes(StandardCharsets.UTF_8)));
                case "get" -> entry(store.get(key));
                case "list" -> {
                    var text = new StringBuilder();
                    var after = "";
                    var at = 0L;
                    while (true) {
                        var page = store.list(key, after, (int) expected, at);
                        page.entries().forEach(e -> text.append(e.key()).append('=').append(e.revision()).append(' '));
                        at = page.revision();
                        if (!page.more()) {
                            yield text.toString();
                        }
                        after = page.entries().getLast().key();
                    }
                }
                case "compact" -> {
                    store.compact(expected);
                    yield "";
                }
                default -> throw new IllegalArgumentException(operation);
            };
        }

        private static String entry(Optional<ObjectStore.Entry> entry) {
            return entry.map(e -> e.revision() + " " + new String(e.value(), StandardCharsets.UTF_8)).orElse("");
        }
    }

    /** The child, started again after each crash. */
    private static final class Served implements AutoCloseable {

        private final List<String> command;
        private @Nullable Process process;
        private @Nullable DataInputStream in;
        private @Nullable DataOutputStream out;

        Served(String... arguments) {
            command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                    "-cp", System.getProperty("java.class.path"), Child.class.getName()));
            command.addAll(List.of(arguments));
        }

        void start() throws IOException {
            var started = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            process = started;
            in = new DataInputStream(started.getInputStream());
            out = new DataOutputStream(started.getOutputStream());
            assertThat(in.readUTF()).isEqualTo("ready");
        }

        void send(String operation, String key, long expected, String value) throws IOException {
            out.writeUTF(operation);
            out.writeUTF(key);
            out.writeLong(expected);
            out.writeUTF(value);
            out.flush();
        }

        String ask(String operation, String key, long expected, String value) throws IOException {
            send(operation, key, expected, value);
            return in.readUTF();
        }

        @Override
        public void close() {
            if (process != null) {
                process.destroyForcibly();
                try {
                    process.waitFor();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Test
    void sqliteAnswersAsAMapOverCrashes(@TempDir Path folder) throws Exception {
        run(new Served("sqlite", folder.resolve("state.db").toString()));
    }

    @Test
    void postgresAnswersAsAMapOverCrashes() throws Exception {
        assumeTrue(PostgresServer.present(), "no PostgreSQL on this machine (expected: Debian's package postgresql)");
        try (var server = PostgresServer.start()) {
            run(new Served("postgres", server.url(), server.passwordFile().toString()));
        }
    }

    /** What the map holds of a key. */
    private record Held(long revision, String value) {
        @Override
        public String toString() {
            return revision + " " + value;
        }
    }

    private static void run(Served store) throws Exception {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        var model = new TreeMap<String, Held>();
        var newest = 1L;
        try (store) {
            store.start();
            for (int i = 0; i < OPERATIONS; i++) {
                var key = "/r/" + random.nextInt(KEYS);
                var held = model.get(key);
                var operation = switch (random.nextInt(10)) {
                    case 0, 1 -> "get";
                    case 2 -> "list";
                    case 3 -> random.nextInt(20) == 0 ? "compact" : "get";
                    default -> held == null ? "create" : random.nextInt(4) == 0 ? "delete" : random.nextInt(10) == 0 ? "create" : "update";
                };
                var stale = random.nextInt(8) == 0;
                var value = "v" + i;
                var expected = held == null ? 0 : stale ? held.revision() - 1 : held.revision();
                if (i % (OPERATIONS / CRASHES) == OPERATIONS / CRASHES / 2) {
                    var writing = held == null ? "create" : "update";
                    store.send(writing, key, held == null ? 0 : held.revision(), value);
                    store.close();
                    store.start();
                    var found = store.ask("get", key, 0, "");
                    assertThat(found.isEmpty() ? "" : found.split(" ")[1]).as("seed %d, in doubt %s", seed, key).isIn(value, held == null ? "" : held.value());
                    if (!found.isEmpty()) {
                        model.put(key, new Held(Long.parseLong(found.split(" ")[0]), found.split(" ")[1]));
                        newest = Math.max(newest, model.get(key).revision());
                    }
                    continue;
                }
                var answer = switch (operation) {
                    case "list" -> store.ask("list", "/r/", random.nextInt(7), "");
                    case "compact" -> store.ask("compact", "", newest, "");
                    default -> store.ask(operation, key, expected, value);
                };
                var what = "seed " + seed + ", operation " + i + " " + operation + " " + key;
                switch (operation) {
                    case "get" -> assertThat(answer).as(what).isEqualTo(held == null ? "" : held.toString());
                    case "list" -> {
                        var wanted = new StringBuilder();
                        model.forEach((k, h) -> wanted.append(k).append('=').append(h.revision()).append(' '));
                        assertThat(answer).as(what).isEqualTo(wanted.toString());
                    }
                    case "compact" -> assertThat(answer).isEmpty();
                    default -> {
                        var allowed = operation.equals("create") ? held == null : held != null && expected == held.revision();
                        assertThat(!answer.isEmpty()).as(what).isEqualTo(allowed);
                        if (allowed) {
                            var revision = Long.parseLong(answer.split(" ")[0]);
                            assertThat(revision).as(what).isGreaterThan(newest);
                            newest = revision;
                            if (operation.equals("delete")) {
                                model.remove(key);
                            } else {
                                model.put(key, new Held(revision, value));
                            }
                        }
                    }
                }
            }
        }
    }
}
