package dev.skerry.kube.apiserver;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A container runtime's server of streams, by SPDY/3.1: standard input comes back as output, and its end is the end of the command. */
final class EchoRuntime implements PodStreams, AutoCloseable {

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile String asked = "";
    private volatile String refusal = "";

    EchoRuntime() throws IOException {
        server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("echo-runtime").start(() -> {
            while (!server.isClosed()) {
                try {
                    var client = server.accept();
                    open.add(client);
                    Thread.ofVirtual().name("echo").start(() -> serve(client));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    String asked() {
        return asked;
    }

    int open() {
        return open.size();
    }

    void refuse(String why) {
        refusal = why;
    }

    void cut() throws IOException {
        for (var socket : open) {
            socket.close();
        }
    }

    private URI address(String what) throws IOException {
        if (!refusal.isEmpty()) {
            throw new IOException(refusal);
        }
        asked = what;
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/stream/once");
    }

    @Override
    public URI exec(Of container, List<String> command, Ends ends) throws IOException {
        return address("exec " + container.namespace() + "/" + container.pod() + "/" + container.container() + " " + command);
    }

    @Override
    public URI attach(Of container, Ends ends) throws IOException {
        return address("attach " + container.pod());
    }

    @Override
    public URI portForward(Of pod, List<Integer> ports) throws IOException {
        return address("ports " + ports);
    }

    private void serve(Socket client) {
        try (client) {
            var in = new DataInputStream(client.getInputStream());
            var out = new DataOutputStream(client.getOutputStream());
            for (int ends = 0; ends < 4; ) {
                ends = in.readByte() == "\r\n\r\n".charAt(ends) ? ends + 1 : 0;
            }
            out.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // They are opened in this order: error 1, stdin 3, stdout 5.
            while (true) {
                int first = in.readInt();
                int second = in.readInt();
                var data = new byte[second & 0xFFFFFF];
                in.readFully(data);
                if (first < 0) {
                    continue;
                }
                if (data.length > 0) {
                    frame(out, 5, data);
                }
                if (second >>> 24 == 1) {
                    frame(out, 1, "{\"metadata\":{},\"status\":\"Success\"}".getBytes(StandardCharsets.UTF_8));
                    return;
                }
            }
        } catch (IOException e) {
            // The other end has gone.
            return;
        } finally {
            open.remove(client);
        }
    }

    private static void frame(DataOutputStream out, int stream, byte[] data) throws IOException {
        out.writeInt(stream);
        out.writeInt(data.length);
        out.write(data);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
