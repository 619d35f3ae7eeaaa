package dev.skerry.kube.apiserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.skerry.kube.apiserver.ServerConfig.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way in without a socket leads through the same door as the others. */
class InnerApiTest {

    private static final String NAMESPACES = "/api/v1/namespaces";
    private static final String MAPS = NAMESPACES + "/default/configmaps";
    private static final User ADMIN = new User("admin", List.of("system:masters"));

    @TempDir
    Path folder;

    private RunningServer running;

    @BeforeEach
    void start() throws IOException {
        running = new RunningServer(folder, AccessConfig.USUAL.withAudit(new AuditConfig(folder.resolve("audit.log"), "", 1 << 20, 2, Duration.ofDays(1))));
    }

    @AfterEach
    void stop() {
        running.close();
    }

    private static InnerApi.Request request(String method, String target, String body) {
        return new InnerApi.Request(method, target, Map.of("User-Agent", List.of("inner/1"), "Accept-Encoding", List.of("gzip")), body.getBytes(UTF_8));
    }

    /** An answer that is whole. */
    private static final class Whole implements InnerApi.Reply {
        private int status;
        private Map<String, List<String>> headers = Map.of();
        private String body = "";

        static Whole of(InnerApi api, String method, String target, String body) {
            var reply = new Whole();
            api.serve(request(method, target, body), reply);
            return reply;
        }

        @Override
        public void begin(int code, Map<String, List<String>> told) {
            status = code;
            headers = told;
        }

        @Override
        public void write(byte[] bytes) {
            body += new String(bytes, UTF_8);
        }
    }

    /** A watch's lines; reads on only while it has leave to. */
    private static final class Lines implements InnerApi.Reply {
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final Semaphore leave;
        private volatile boolean gone;

        Lines(int leave) {
            this.leave = new Semaphore(leave);
        }

        @Override
        public void begin(int status, Map<String, List<String>> headers) {
            lines.add(Integer.toString(status));
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            leave.acquireUninterruptibly();
            if (gone) {
                throw new IOException("gone");
            }
            new String(bytes, UTF_8).lines().forEach(lines::add);
        }

        String next() throws InterruptedException {
            return String.valueOf(lines.poll(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void answersAsOutside() throws Exception {
        var api = running.server.inner(ADMIN);
        assertThat(Whole.of(api, "POST", NAMESPACES, "{\"metadata\": {\"name\": \"default\"}}").status).isEqualTo(201);
        var made = Whole.of(api, "POST", MAPS + "?fieldManager=me%20too", "{\"metadata\": {\"name\": \"a\"}, \"data\": {\"big\": \"" + "x".repeat(200_000) + "\"}}");
        assertThat(made.status).isEqualTo(201);
        assertThat(made.body).contains("\"manager\":\"me too\"");
        var seen = Whole.of(api, "GET", MAPS + "/a", "");
        assertThat(seen.body).isEqualTo(running.send("GET", MAPS + "/a", "").body());
        assertThat(seen.headers).containsEntry("content-type", List.of("application/json")).doesNotContainKey("content-encoding");
        var missing = Whole.of(api, "GET", MAPS + "/none", "");
        assertThat(missing.status).isEqualTo(404);
        assertThat(missing.body).isEqualTo(running.send("GET", MAPS + "/none", "").body());
    }

    @Test
    void asksWhoIsInsideForHisRightsAndWritesItDown() throws Exception {
        Whole.of(running.server.inner(ADMIN), "POST", NAMESPACES, "{\"metadata\": {\"name\": \"default\"}}");
        var weak = running.server.inner(new User("guest", List.of()));
        var refused = Whole.of(weak, "POST", MAPS, "{\"metadata\": {\"name\": \"a\"}}");
        assertThat(refused.status).isEqualTo(403);
        assertThat(refused.body).contains("configmaps is forbidden: User \\\"guest\\\" cannot create resource");
        await().untilAsserted(() -> assertThat(Files.readString(folder.resolve("audit.log"))).contains("\"username\":\"guest\"").contains("\"userAgent\":\"inner/1\""));
    }

    @Test
    void aWatchWaitsForItsReaderAndEndsWithHim() throws Exception {
        var api = running.server.inner(ADMIN);
        Whole.of(api, "POST", NAMESPACES, "{\"metadata\": {\"name\": \"default\"}}");
        var reader = new Lines(1);
        var watch = Thread.ofVirtual().start(() -> api.serve(request("GET", MAPS + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", ""), reader));
        assertThat(reader.next()).isEqualTo("200");
        assertThat(reader.next()).contains("BOOKMARK").contains("k8s.io/initial-events-end");
        for (var name : List.of("a", "b", "c")) {
            Whole.of(api, "POST", MAPS, "{\"metadata\": {\"name\": \"" + name + "\"}}");
        }
        assertThat(reader.lines).as("without leave nothing is read").isEmpty();
        reader.leave.release(3);
        var names = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            var line = reader.next();
            names.add(line.replaceAll(".*\"name\":\"([abc])\".*", "$1"));
        }
        assertThat(names).containsExactly("a", "b", "c");
        reader.gone = true;
        reader.leave.release(10);
        Whole.of(api, "DELETE", MAPS + "/a", "");
        assertThat(watch.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void closingEndsWatchesAndLetsNobodyIn() throws Exception {
        var api = running.server.inner(ADMIN);
        var reader = new Lines(100);
        var watch = Thread.ofVirtual().start(() -> api.serve(request("GET", NAMESPACES + "?watch=true", ""), reader));
        assertThat(reader.next()).isEqualTo("200");
        running.server.close();
        assertThat(watch.join(Duration.ofSeconds(20))).isTrue();
        assertThat(Whole.of(api, "GET", NAMESPACES, "").status).isEqualTo(503);
    }
}
