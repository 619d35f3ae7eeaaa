package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.PodStreams.Ends;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A remote command between a client that speaks Kubernetes' channels over WebSocket and a container runtime that speaks them over SPDY. A byte before each message
 * names its channel; the newest clients also say that a channel ends (255 and the channel).
 */
final class CommandBridge {

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    private static final int ENDS = 255;
    private static final Map<String, Integer> CHANNELS = Map.of("stdout", STDOUT, "stderr", STDERR, "error", ERROR);
    /** How long a client may take to say good-bye. */
    private static final long PARTING = 10;

    private final WebSocketFrames client;
    private final NodeConnection node;
    private final SpdyStreams spdy;
    private final Ends ends;
    private int channel = -1;
    private int stdin = -1;
    private int resize = -1;
    private volatile boolean told;

    CommandBridge(WebSocketFrames client, NodeConnection node, Ends ends) throws IOException {
        this.client = client;
        this.node = node;
        this.ends = ends;
        this.spdy = new SpdyStreams(node.in(), node.out());
    }

    /** Returns when either end has gone. */
    void run() throws IOException {
        // The order is the one in which other clients open them; the runtime waits until all are there.
        spdy.open("error");
        if (ends.stdin()) {
            stdin = spdy.open("stdin");
        }
        if (ends.stdout()) {
            spdy.open("stdout");
        }
        if (ends.stderr()) {
            spdy.open("stderr");
        }
        if (ends.tty()) {
            resize = spdy.open("resize");
        }
        // Tells the client that all is open.
        client.binary(ends.stdout() ? STDOUT : ends.stderr() ? STDERR : ERROR, new byte[0], 0, 0);
        var gone = new CountDownLatch(1);
        var reader = Thread.currentThread();
        var answers = Thread.ofVirtual().name("stream-from-node").start(() -> fromNode(gone, reader));
        try {
            client.read(this::fromClient);
        } finally {
            gone.countDown();
            node.close();
            try {
                answers.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            spdy.close();
        }
    }

    private void fromClient(boolean begins, byte[] bytes, int length) {
        int from = 0;
        if (begins) {
            if (length == 0) {
                channel = -1;
                return;
            }
            channel = bytes[0] & 0xFF;
            from = 1;
        }
        try {
            if (channel == ENDS) {
                if (length > from && bytes[from] == STDIN && stdin >= 0) {
                    spdy.end(stdin);
                    stdin = -1;
                }
            } else if (channel == STDIN && stdin >= 0 && length > from) {
                spdy.send(stdin, bytes, from, length - from);
            } else if (channel == RESIZE && resize >= 0 && length > from) {
                spdy.send(resize, bytes, from, length - from);
            }
        } catch (IOException e) {
            // The command has ended; what the client still sends is for nobody, and how it ended comes from the other side.
            stdin = -1;
            resize = -1;
        }
    }

    private void fromNode(CountDownLatch gone, Thread reader) {
        try {
            try {
                spdy.read((stream, bytes, length) -> {
                    var to = CHANNELS.get(stream);
                    if (to != null && length > 0) {
                        told |= to == ERROR;
                        client.binary(to, bytes, 0, length);
                    }
                });
            } finally {
                if (!told && gone.getCount() > 0) {
                    status(client, Failure.internal("the connection to the node ended before the command did").status());
                }
                client.close();
            }
            if (!gone.await(PARTING, TimeUnit.SECONDS)) {
                reader.interrupt();
            }
        } catch (IOException e) {
            // One of both has gone; without the client the reading side ends by itself.
            reader.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How a command ended, on the channel for that. */
    static void status(WebSocketFrames client, ObjectNode status) throws IOException {
        var bytes = Bodies.write(status);
        client.binary(ERROR, bytes, 0, bytes.length);
    }

    /** What a command that could not be begun leaves for its client. */
    static ObjectNode failed(String why) {
        var status = Failure.internal(why).status();
        status.putObject("details").set("causes", JsonNodeFactory.instance.arrayNode().add(JsonNodeFactory.instance.objectNode().put("message", why)));
        return status;
    }
}
