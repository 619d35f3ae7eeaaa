package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.HTTPHeader;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** One GET over a connection of its own, as the kubelet asks: any answer from 200 to 399 is good, certificates are not judged. */
final class HttpProbe {

    private static final int LONGEST_LINE = 16 << 10;
    private static final int MOST_HEADERS = 200;
    private static final int MOST_REDIRECTS = 10;

    private @Nullable SSLContext anyone;

    /** Empty if all is well, else what was seen, in the kubelet's words. */
    Optional<String> ask(URI uri, List<HTTPHeader> headers, Duration most) {
        var end = System.nanoTime() + most.toNanos();
        var at = uri;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            Answer answer;
            try {
                answer = get(at, headers, end);
            } catch (SocketTimeoutException e) {
                return Optional.of("Get \"" + at + "\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
            } catch (IOException e) {
                return Optional.of("Get \"" + at + "\": " + words(e, at));
            }
            if (answer.status() < 200 || answer.status() >= 400) {
                return Optional.of("HTTP probe failed with statuscode: " + answer.status());
            }
            if (answer.status() < 300 || answer.location().isEmpty()) {
                return Optional.empty();
            }
            var next = at.resolve(answer.location());
            if (next.getHost() == null || !next.getHost().equals(uri.getHost())) {
                // Somebody else's word is not asked for.
                return Optional.empty();
            }
            at = next;
        }
        return Optional.of("Get \"" + at + "\": stopped after 10 redirects");
    }

    private record Answer(int status, String location) {}

    private Answer get(URI uri, List<HTTPHeader> headers, long end) throws IOException {
        boolean secure = "https".equals(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(uri.getHost().replaceAll("[\\[\\]]", ""), port), left(end));
            socket.setSoTimeout(left(end));
            try (var connection = secure ? context().getSocketFactory().createSocket(socket, uri.getHost(), port, true) : socket) {
                connection.getOutputStream().write(request(uri, headers).getBytes(StandardCharsets.UTF_8));
                return answer(new BufferedInputStream(connection.getInputStream()), socket, end);
            }
        }
    }

    private static int left(long end) throws SocketTimeoutException {
        var left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("no time left");
        }
        return (int) Math.min(Integer.MAX_VALUE, left);
    }

    private static String request(URI uri, List<HTTPHeader> headers) {
        var path = (uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath()) + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Host", uri.getRawAuthority());
        all.put("User-Agent", "kube-probe/1.36");
        all.put("Accept", "*/*");
        all.put("Connection", "close");
        for (var header : headers) {
            all.keySet().removeIf(k -> k.equalsIgnoreCase(header.getName()));
            all.put(header.getName(), Optional.ofNullable(header.getValue()).orElse(""));
        }
        // An empty one means: none.
        all.entrySet().removeIf(h -> h.getKey().equalsIgnoreCase("User-Agent") && h.getValue().isEmpty() || h.getKey().equalsIgnoreCase("Accept") && h.getValue().isEmpty());
        var text = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
        all.forEach((k, v) -> text.append(k.replaceAll("[\r\n]", "")).append(": ").append(v.replaceAll("[\r\n]", "")).append("\r\n"));
        return text.append("\r\n").toString();
    }

    private static Answer answer(InputStream in, Socket socket, long end) throws IOException {
        var first = line(in, socket, end);
        var words = first.split(" ", 3);
        if (!words[0].startsWith("HTTP/") || words.length < 2 || !words[1].matches("[0-9]{3}")) {
            throw new IOException("malformed HTTP response \"" + first + "\"");
        }
        var location = "";
        for (int i = 0; i < MOST_HEADERS; i++) {
            var header = line(in, socket, end);
            if (header.isEmpty()) {
                break;
            }
            if (header.toLowerCase(Locale.ROOT).startsWith("location:")) {
                location = header.substring("location:".length()).strip();
            }
        }
        return new Answer(Integer.parseInt(words[1]), location);
    }

    private static String line(InputStream in, Socket socket, long end) throws IOException {
        var line = new StringBuilder();
        while (line.length() < LONGEST_LINE) {
            socket.setSoTimeout(left(end));
            int c = in.read();
            if (c < 0) {
                throw new EOFException("EOF");
            }
            if (c == '\n') {
                return line.toString().strip();
            }
            line.append((char) c);
        }
        throw new IOException("header line too long");
    }

    private static String words(IOException e, URI at) {
        var text = String.valueOf(e.getMessage());
        if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
            return dial(e, at.getHost() + ":" + at.getPort());
        }
        if (e instanceof SSLException && text.contains("plaintext")) {
            return "http: server gave HTTP response to HTTPS client";
        }
        return text.contains("reset") ? "read tcp: read: connection reset by peer" : text;
    }

    /** How Go tells of a connection that was not made. */
    static String dial(IOException e, String address) {
        var text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return "dial tcp " + address + ": " + (e instanceof SocketTimeoutException || text.contains("timed out") ? "i/o timeout"
                : e instanceof NoRouteToHostException ? "connect: no route to host" : "connect: connection refused");
    }

    private synchronized SSLContext context() {
        if (anyone == null) {
            try {
                anyone = SSLContext.getInstance("TLS");
                anyone.init(null, new TrustManager[] {new TrustAnyone()}, null);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return anyone;
    }

    private static final class TrustAnyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
