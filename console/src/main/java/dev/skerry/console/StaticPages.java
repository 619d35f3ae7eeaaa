package dev.skerry.console;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.Map;

/** The built console, from the class path; every path without a dot is the single page. */
final class StaticPages {

    private static final String ROOT = "/dev/skerry/console/web";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8", "js", "text/javascript; charset=utf-8", "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml", "woff2", "font/woff2", "json", "application/json", "png", "image/png");

    void serve(ServerRequest request, ServerResponse response) throws IOException {
        var path = request.path().path();
        var file = path.contains(".") ? path : "/index.html";
        var type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
        if (type == null || file.contains("..")) {
            ConsoleServer.fault(response, Status.NOT_FOUND_404, path + " (expected: a page of the console)");
            return;
        }
        // Only what the build has packed: the scripts and styles.
        var packed = request.headers().first(HeaderNames.ACCEPT_ENCODING).orElse("").contains("gzip")
                && StaticPages.class.getResource(ROOT + file + ".gz") != null;
        try (var in = StaticPages.class.getResourceAsStream(ROOT + file + (packed ? ".gz" : ""))) {
            if (in == null) {
                ConsoleServer.fault(response, Status.NOT_FOUND_404, path + " (expected: a page of the console)");
                return;
            }
            response.header("Content-Type", type);
            if (packed) {
                response.header("Content-Encoding", "gzip");
                response.header("Vary", "Accept-Encoding");
            }
            if (file.startsWith("/assets/")) {
                response.header("Cache-Control", "public, max-age=31536000, immutable");
            }
            response.send(in.readAllBytes());
        }
    }
}
