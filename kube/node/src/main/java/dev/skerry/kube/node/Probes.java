package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks containers how they are: by a command in them, by HTTP, by a TCP connection. */
final class Probes {

    private final Cri cri;
    private @Nullable HttpClient http;

    Probes(Cri cri) {
        this.cri = cri;
    }

    /** Empty if all is well, else what was seen, in the kubelet's words. Blocks for the probe's timeout at the most. */
    Optional<String> ask(Probe probe, Pod pod, Container container, String containerId, String podIp) throws InterruptedException {
        var timeout = Duration.ofSeconds(probe.getTimeoutSeconds() == null ? 1 : Math.max(1, probe.getTimeoutSeconds()));
        try {
            if (probe.getExec() != null) {
                var answer = cri.exec(containerId, probe.getExec().getCommand(), timeout);
                return answer.getExitCode() == 0
                        ? Optional.empty()
                        : Optional.of(answer.getStdout().toString(StandardCharsets.UTF_8) + answer.getStderr().toString(StandardCharsets.UTF_8));
            }
            if (probe.getHttpGet() != null) {
                var get = probe.getHttpGet();
                var host = Optional.ofNullable(get.getHost()).filter(h -> !h.isEmpty()).orElse(podIp);
                var path = Optional.ofNullable(get.getPath()).orElse("/");
                var scheme = "HTTPS".equals(get.getScheme()) ? "https" : "http";
                var uri = scheme + "://" + host + ":" + port(get.getPort(), container) + (path.startsWith("/") ? path : "/" + path);
                var request = HttpRequest.newBuilder(URI.create(uri)).timeout(timeout).header("User-Agent", "kube-probe/1.36").header("Accept", "*/*");
                get.getHttpHeaders().stream().filter(h -> !h.getName().equalsIgnoreCase("Host")).forEach(h -> request.header(h.getName(), h.getValue()));
                return byHttp(request.build(), uri);
            }
            if (probe.getTcpSocket() != null) {
                var host = Optional.ofNullable(probe.getTcpSocket().getHost()).filter(h -> !h.isEmpty()).orElse(podIp);
                return byTcp(host, port(probe.getTcpSocket().getPort(), container), timeout);
            }
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            return Optional.of(String.valueOf(e.getStatus().getDescription()));
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> byHttp(HttpRequest request, String uri) throws InterruptedException {
        try {
            var answer = client().send(request, HttpResponse.BodyHandlers.discarding());
            return answer.statusCode() >= 200 && answer.statusCode() < 400
                    ? Optional.empty()
                    : Optional.of("HTTP probe failed with statuscode: " + answer.statusCode());
        } catch (IOException e) {
            var refused = e instanceof java.net.ConnectException ? "dial tcp " + request.uri().getAuthority() + ": connect: connection refused" : "context deadline exceeded";
            return Optional.of("Get \"" + uri + "\": " + refused);
        }
    }

    private static Optional<String> byTcp(String host, int port, Duration timeout) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("dial tcp " + host + ":" + port + ": " + (e instanceof java.net.ConnectException ? "connect: connection refused" : "i/o timeout"));
        }
    }

    /** A number, or the name of one of the container's ports. */
    private static int port(IntOrString port, Container container) {
        if (port.getIntVal() != null) {
            return port.getIntVal();
        }
        return container.getPorts().stream().filter(p -> port.getStrVal().equals(p.getName())).findFirst().map(ContainerPort::getContainerPort)
                .orElseThrow(() -> new IllegalArgumentException("couldn't find port: " + port.getStrVal()));
    }

    /** Made when the first HTTP probe comes. Certificates are not judged, as the kubelet has it. */
    private synchronized HttpClient client() {
        if (http == null) {
            try {
                var context = javax.net.ssl.SSLContext.getInstance("TLS");
                context.init(null, new javax.net.ssl.TrustManager[] {new TrustAnyone()}, null);
                http = HttpClient.newBuilder().sslContext(context).followRedirects(HttpClient.Redirect.NORMAL).version(HttpClient.Version.HTTP_1_1).build();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return http;
    }

    private static final class TrustAnyone extends javax.net.ssl.X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }
}
