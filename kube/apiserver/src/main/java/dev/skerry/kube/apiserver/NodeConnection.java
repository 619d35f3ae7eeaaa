package dev.skerry.kube.apiserver;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A connection to the server of a container runtime's streams, upgraded from HTTP to another protocol. */
final class NodeConnection implements AutoCloseable {

    private static final int CONNECT = 10_000;
    private static final int ANSWER = 30_000;
    private static final int MAX_HEAD = 16 * 1024;
    private static final int MAX_TEXT = 4 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final Map<String, String> headers;

    private NodeConnection(Socket socket, InputStream in, Map<String, String> headers) {
        this.socket = socket;
        this.in = in;
        this.headers = headers;
    }

    /**
     * Asks for an upgrade.
     *
     * @param asked the headers beyond {@code Host}
     * @throws IOException if the server cannot be reached, or does not switch, with what it said
     */
    static NodeConnection open(String method, URI address, List<Map.Entry<String, String>> asked) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), CONNECT);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER);
            var head = new StringBuilder(method + " " + address.getRawPath() + (address.getRawQuery() == null ? "" : "?" + address.getRawQuery()) + " HTTP/1.1\r\nHost: "
                    + address.getAuthority() + "\r\n");
            asked.forEach(h -> head.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
            socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            var in = new BufferedInputStream(socket.getInputStream(), 32 * 1024);
            var status = line(in);
            var headers = new LinkedHashMap<String, String>();
            for (var line = line(in); !line.isEmpty(); line = line(in)) {
                var colon = line.indexOf(':');
                if (colon > 0) {
                    headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
                }
            }
            if (!status.startsWith("HTTP/1.1 101")) {
                throw new IOException(text(in, headers, status));
            }
            socket.setSoTimeout(0);
            return new NodeConnection(socket, in, headers);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() >= MAX_HEAD) {
                throw new IOException("the node's answer has too long a header (expected: at most 16 KiB)");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private static String text(InputStream in, Map<String, String> headers, String status) throws IOException {
        var length = headers.getOrDefault("content-length", "");
        var body = length.matches("[0-9]{1,6}") ? new String(in.readNBytes(Math.min(MAX_TEXT, Integer.parseInt(length))), StandardCharsets.UTF_8).strip() : "";
        return body.isEmpty() ? status.replaceFirst("HTTP/1.1 ", "") : body;
    }

    InputStream in() {
        return in;
    }

    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** Of the answer that switched; names in lower case. */
    Map<String, String> headers() {
        return headers;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Whoever reads from it ends all the same.
            return;
        }
    }
}
