package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands in containers: a WebSocket client before the real server, and behind it a runtime that echoes. */
@Timeout(60)
class PodConnectionsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private EchoRuntime runtime;
    private RunningServer running;

    @BeforeEach
    void start() throws Exception {
        runtime = new EchoRuntime();
        running = new RunningServer(folder, AccessConfig.USUAL, runtime);
        running.send("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"default\"}}");
        running.send("POST", "/api/v1/namespaces/default/serviceaccounts", "{\"metadata\":{\"name\":\"default\"}}");
        var pod = "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"nodeName\":\"n\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}";
        assertThat(running.send("POST", "/api/v1/namespaces/default/pods", pod).statusCode()).isEqualTo(201);
    }

    @AfterEach
    void stop() throws IOException {
        running.close();
        runtime.close();
    }

    /** What came on each channel, and how the server closed. */
    private static final class Channels implements WebSocket.Listener {
        private final Map<Integer, ByteArrayOutputStream> heard = new ConcurrentHashMap<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            var bytes = new byte[data.remaining() - 1];
            int channel = data.get();
            data.get(bytes);
            heard.computeIfAbsent(channel, c -> new ByteArrayOutputStream()).writeBytes(bytes);
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }

        String on(int channel) {
            return heard.getOrDefault(channel, new ByteArrayOutputStream()).toString(StandardCharsets.UTF_8);
        }
    }

    private WebSocket open(HttpClient client, String path, String protocol, Channels channels, String... headers) throws InterruptedException, ExecutionException {
        var builder = client.newWebSocketBuilder().subprotocols(protocol).connectTimeout(LONG);
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder.buildAsync(URI.create(running.url.replace("https", "wss") + "/api/v1/namespaces/default/pods/p/" + path), channels).get();
    }

    private static ByteBuffer message(int channel, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(bytes.length + 1).put((byte) channel).put(bytes).flip();
    }

    @Test
    void carriesInputToItsEndAndTellsHowTheCommandEnded() throws Exception {
        var channels = new Channels();
        var socket = open(running.admin, "exec?command=cat&stdin=true&stdout=true&stderr=true", "v5.channel.k8s.io", channels);
        assertThat(socket.getSubprotocol()).isEqualTo("v5.channel.k8s.io");
        socket.sendBinary(message(0, "first "), true).get();
        // One message in two frames is one message.
        socket.sendBinary(message(0, "sec"), false).get();
        socket.sendBinary(ByteBuffer.wrap("ond".getBytes(StandardCharsets.UTF_8)), true).get();
        await().atMost(LONG).until(() -> channels.on(1).equals("first second"));
        assertThat(channels.closed).isNotDone();
        socket.sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, 0}), true).get();
        assertThat(channels.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1000);
        assertThat(channels.on(3)).contains("\"status\":\"Success\"");
        assertThat(runtime.asked()).isEqualTo("exec default/p/c [cat]");
    }

    @Test
    void tellsThatTheNodeFailedAndEndsWithTheClient() throws Exception {
        runtime.refuse("container not found (\"c\")");
        var failed = new Channels();
        open(running.admin, "exec?command=true&stdout=true", "v4.channel.k8s.io", failed);
        assertThat(failed.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1000);
        assertThat(failed.on(3)).contains("unable to upgrade connection: container not found (\\\"c\\\")");
        runtime.refuse("");
        var left = new Channels();
        var socket = open(running.admin, "attach?stdin=true&stdout=true", "v5.channel.k8s.io", left);
        await().atMost(LONG).until(() -> runtime.open() == 1);
        socket.abort();
        await().atMost(LONG).until(() -> runtime.open() == 0);
    }

    @Test
    void endsWhenTheNodeGoesInTheMiddle() throws Exception {
        var channels = new Channels();
        open(running.admin, "exec?command=sleep&stdout=true", "v5.channel.k8s.io", channels);
        await().atMost(LONG).until(() -> runtime.open() == 1);
        runtime.cut();
        assertThat(channels.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1000);
        assertThat(channels.on(3)).contains("ended before the command did");
    }

    @Test
    void letsNobodyInWhoMayOnlyRead() throws Exception {
        running.send("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
                "{\"metadata\":{\"name\":\"reader\"},\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"pods\",\"pods/exec\"],\"verbs\":[\"get\"]}]}");
        running.send("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
                "{\"metadata\":{\"name\":\"reader\"},\"subjects\":[{\"kind\":\"User\",\"name\":\"guest\",\"apiGroup\":\"rbac.authorization.k8s.io\"}],"
                        + "\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Role\",\"name\":\"reader\"}}");
        assertThat(running.send(running.nobody, "GET", "/api/v1/namespaces/default/pods/p", "", "Authorization", "Bearer weak-token").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> open(running.nobody, "exec?command=sh", "v5.channel.k8s.io", new Channels(), "Authorization", "Bearer weak-token"))
                .hasStackTraceContaining("403");
        assertThat(runtime.asked()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithARequestBeforeItIsAStream() throws Exception {
        assertThat(running.send("GET", "/api/v1/namespaces/default/pods/p/exec?command=true&stdout=true", "").body()).contains("Upgrade request required");
        assertThat(running.send("GET", "/api/v1/namespaces/default/pods/p/exec?container=x&command=true", "").body()).contains("container x is not valid for pod p");
        assertThat(running.send("GET", "/api/v1/namespaces/default/pods/none/exec?command=true", "").statusCode()).isEqualTo(404);
        assertThatThrownBy(() -> open(running.admin, "portforward?ports=70000", "SPDY/3.1+portforward.k8s.io", new Channels())).hasStackTraceContaining("400");
    }
}
