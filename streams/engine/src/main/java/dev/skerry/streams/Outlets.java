package dev.skerry.streams;

import dev.skerry.model.RuleSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the ways out that rules name. */
final class Outlets {

    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH", "GET", "DELETE");
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(10);
    private static final long MOST_BYTES = 16_000_000;

    private Outlets() {}

    /** @param client made when the first message goes out */
    static Outlet http(String where, RuleSpec.Http wished, java.util.function.Supplier<HttpClient> client) {
        var uri = uri(where + ".url", wished.url());
        var method = wished.method() == null ? "POST" : wished.method().toUpperCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            throw new SqlException(where + ".method: " + wished.method() + " (expected: POST, PUT, PATCH, GET or DELETE)");
        }
        var timeout = wished.timeout() == null ? HTTP_TIMEOUT : wished.timeout().getDuration();
        Map<String, String> headers = wished.headers() == null ? Map.of() : wished.headers();
        return (address, message) -> {
            var request = HttpRequest.newBuilder(uri).timeout(timeout).header("Content-Type", "application/json");
            headers.forEach(request::setHeader);
            request.method(method, HttpRequest.BodyPublishers.ofByteArray(message));
            int status = client.get().send(request.build(), BodyHandlers.discarding()).statusCode();
            if (status >= 400 && status < 500 && status != 408 && status != 429) {
                throw new Outlet.RejectedException(uri + ": " + status + " (expected: 2xx)");
            }
            if (status < 200 || status >= 300) {
                throw new IOException(uri + ": " + status + " (expected: 2xx)");
            }
        };
    }

    static URI uri(String where, String text) {
        try {
            var uri = URI.create(text);
            if (uri.getHost() != null && Set.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new SqlException(where + ": " + text + " (expected: a URL; " + e.getMessage() + ")");
        }
        throw new SqlException(where + ": " + text + " (expected: http:// or https:// with a host)");
    }

    static Outlet mqtt(String where, RuleSpec.Mqtt wished, MqttPort port) {
        int qos = wished.qos() == null ? 0 : wished.qos();
        if (qos < 0 || qos > 2) {
            throw new SqlException(where + ".qos: " + qos + " (expected: 0, 1 or 2)");
        }
        var server = wished.server() == null ? "" : wished.server();
        boolean retained = Boolean.TRUE.equals(wished.retained());
        return (address, message) -> {
            if (address.isEmpty() || address.contains("+") || address.contains("#")) {
                throw new Outlet.RejectedException(where + ".topic: " + address + " (expected: a topic without + and #)");
            }
            port.publish(server, address, message, qos, retained);
        };
    }

    static Outlet file(String where, RuleSpec.ToFile wished, @Nullable Path folder) {
        if (folder == null || !wished.name().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,200}")) {
            throw new SqlException(where + ".name: " + wished.name() + " (expected: letters, digits, '.', '_' and '-', at a site that keeps files)");
        }
        return new FileOutlet(folder.resolve(wished.name()), wished.maxBytes() == null ? MOST_BYTES : wished.maxBytes());
    }

    /** A line each; the file before is kept beside it. */
    private static final class FileOutlet implements Outlet {
        private final Path path;
        private final long most;
        private @Nullable FileChannel file;

        FileOutlet(Path path, long most) {
            this.path = path;
            this.most = most;
        }

        @Override
        public void send(String address, byte[] message) throws IOException {
            var open = open();
            if (open.size() + message.length + 1 > most && open.size() > 0) {
                close();
                Files.move(path, path.resolveSibling(path.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
                open = open();
            }
            var line = ByteBuffer.allocate(message.length + 1).put(message).put((byte) '\n').flip();
            while (line.hasRemaining()) {
                open.write(line);
            }
        }

        private FileChannel open() throws IOException {
            var open = file;
            if (open == null) {
                Files.createDirectories(path.toAbsolutePath().getParent());
                open = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                file = open;
            }
            return open;
        }

        @Override
        public void close() {
            var open = file;
            file = null;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException e) {
                    System.getLogger(Outlets.class.getName()).log(System.Logger.Level.WARNING, path + ": did not close: " + e.getMessage());
                }
            }
        }
    }
}
