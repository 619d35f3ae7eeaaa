package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;

/** Asks containers how they are: by a command in them, by HTTP, by a TCP connection, by gRPC. */
final class Probes {

    private static final int MOST_OUTPUT = 10 << 10;

    private final Cri cri;
    private final HttpProbe http = new HttpProbe();
    private final GrpcProbe grpc;

    Probes(Cri cri) {
        this.cri = cri;
        this.grpc = new GrpcProbe(cri.loop());
    }

    /** The container could not be asked: that says nothing of how it is. */
    static final class NotAskedException extends Exception {
        private static final long serialVersionUID = 1;

        NotAskedException(String message) {
            super(message);
        }
    }

    /** Empty if all is well, else what was seen, in the kubelet's words. Blocks for the probe's timeout at the most. */
    Optional<String> ask(Probe probe, Pod pod, Container container, String containerId, String podIp) throws NotAskedException, InterruptedException {
        var timeout = Duration.ofSeconds(probe.getTimeoutSeconds() == null ? 1 : Math.max(1, probe.getTimeoutSeconds()));
        try {
            if (probe.getExec() != null) {
                return byCommand(probe, containerId, timeout);
            }
            if (probe.getHttpGet() != null) {
                var get = probe.getHttpGet();
                var host = Optional.ofNullable(get.getHost()).filter(h -> !h.isEmpty()).orElse(podIp);
                var path = Optional.ofNullable(get.getPath()).orElse("/");
                var scheme = "HTTPS".equals(get.getScheme()) ? "https" : "http";
                var uri = new URI(scheme + "://" + host + ":" + port(get.getPort(), container) + (path.startsWith("/") ? path : "/" + path).replace(" ", "%20"));
                return http.ask(uri, get.getHttpHeaders(), timeout);
            }
            if (probe.getTcpSocket() != null) {
                var host = Optional.ofNullable(probe.getTcpSocket().getHost()).filter(h -> !h.isEmpty()).orElse(podIp);
                return byTcp(host, port(probe.getTcpSocket().getPort(), container), timeout);
            }
            if (probe.getGrpc() != null) {
                return grpc.ask(podIp, probe.getGrpc().getPort(), Optional.ofNullable(probe.getGrpc().getService()).orElse(""), timeout);
            }
            return Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new NotAskedException(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> byCommand(Probe probe, String containerId, Duration timeout) throws NotAskedException {
        var command = probe.getExec().getCommand();
        try {
            var answer = cri.exec(containerId, command, timeout);
            if (answer.getExitCode() == 0) {
                return Optional.empty();
            }
            var said = answer.getStdout().concat(answer.getStderr());
            return Optional.of(said.substring(0, Math.min(MOST_OUTPUT, said.size())).toStringUtf8());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
                return Optional.of("command timed out: \"" + String.join(" ", command) + "\" timed out after " + timeout.toSeconds() + "s");
            }
            throw new NotAskedException("rpc error: code = " + Cri.code(e) + " desc = " + e.getStatus().getDescription());
        }
    }

    private static Optional<String> byTcp(String host, int port, Duration timeout) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(HttpProbe.dial(e, host + ":" + port));
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
}
