package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.PodStreams.Ends;
import dev.skerry.kube.apiserver.PodStreams.Of;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * {@code exec}, {@code attach} and {@code portforward}: takes the client's connection over and joins it to the node's. Commands over WebSocket are translated
 * ({@link CommandBridge}); all else is SPDY, or the old WebSocket port-forward, which runtimes speak themselves, and goes through byte by byte.
 */
final class PodConnections {

    static final List<String> PROTOCOLS = List.of("websocket", "WebSocket", "SPDY/3.1");

    private static final int MOST = 256;
    private static final int MAX_COMMAND = 128 * 1024;
    private static final int MAX_PORTS = 64;
    private static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";
    private static final List<String> COMMANDS = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");
    private static final HeaderName PROTOCOL = HeaderNames.create("Sec-WebSocket-Protocol");
    private static final HeaderName KEY = HeaderNames.create("Sec-WebSocket-Key");
    private static final HeaderName STREAM_PROTOCOL = HeaderNames.create("X-Stream-Protocol-Version");

    private final Optional<PodStreams> streams;
    private final Authorizer authorizer;
    private final Semaphore free = new Semaphore(MOST);

    PodConnections(Optional<PodStreams> streams, Authorizer authorizer) {
        this.streams = streams;
        this.authorizer = authorizer;
    }

    /** Returns only by an exception: {@link Failure} while it is still HTTP, else one that ends the connection. */
    void serve(Call call, ObjectNode pod) throws Failure {
        var wire = Upgrades.take();
        var target = call.target();
        // Whoever may only read shall not come in by a WebSocket, which is a GET.
        var access = new Access("create", "", "v1", "pods", target.subresource(), target.namespace(), target.name(), "");
        var decision = authorizer.decide(call.user(), access);
        if (!decision.allowed()) {
            throw access.denied(call.user(), decision.reason());
        }
        var forward = target.subresource().equals("portforward");
        var container = forward ? "" : PodContainers.chosen(call.query("container"), pod.path("spec"), target.name());
        if (pod.path("spec").path("nodeName").asText("").isEmpty()) {
            throw Failure.badRequest("pod " + target.name() + " does not have a host assigned");
        }
        var upgrade = call.request().headers().first(HeaderNames.UPGRADE).orElse("");
        if (upgrade.isEmpty() || wire.isEmpty()) {
            throw Failure.badRequest("Upgrade request required");
        }
        var source = streams.orElseThrow(() -> Failure.badRequest("this server has no node (expected: runtime.enabled: true)"));
        if (!free.tryAcquire()) {
            throw Failure.busy("too many streams into Pods: " + MOST + " are open (expected: fewer)");
        }
        try {
            var of = new Of(target.namespace(), target.name(), pod.path("metadata").path("uid").asText(), container);
            var websocket = upgrade.toLowerCase(Locale.ROOT).equals("websocket");
            try {
                if (forward) {
                    forward(call, source, of, wire.get(), websocket);
                } else {
                    command(call, source, of, wire.get(), websocket);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } finally {
            free.release();
        }
        // What interrupted a reading was meant for the stream alone.
        Thread.interrupted();
        throw new CloseConnectionException("the stream has ended");
    }

    private interface Opening {
        URI open() throws IOException, InterruptedException;
    }

    private void command(Call call, PodStreams source, Of of, Upgrades.Wire wire, boolean websocket) throws Failure, InterruptedException {
        var tty = given(call, "tty");
        var ends = new Ends(given(call, "stdin"), true, !tty, tty);
        var exec = call.target().subresource().equals("exec");
        var words = call.request().query().contains("command") ? call.request().query().all("command") : List.<String>of();
        if (exec && words.isEmpty()) {
            throw Failure.badRequest("you must specify a command to run");
        }
        if (words.stream().mapToInt(String::length).sum() > MAX_COMMAND) {
            throw Failure.badRequest("command: longer than 128 KiB (expected: a shorter one)");
        }
        Opening opening = exec ? () -> source.exec(of, words, ends) : () -> source.attach(of, ends);
        if (!websocket) {
            through(call, opening, wire, spdyHeaders(call));
            return;
        }
        var asked = subprotocols(call);
        var protocol = asked.stream().filter(COMMANDS::contains).findFirst().orElseThrow(
                () -> Failure.badRequest("Sec-WebSocket-Protocol: " + String.join(", ", asked) + " (expected: one of " + String.join(", ", COMMANDS) + ")"));
        var frames = welcome(call, wire, protocol);
        try (var watch = new StreamWatch(frames)) {
            try (var node = NodeConnection.open("POST", opening.open(), List.of(
                    header("Connection", "Upgrade"), header("Upgrade", "SPDY/3.1"), header("X-Stream-Protocol-Version", "v4.channel.k8s.io"), header("Content-Length", "0")))) {
                new CommandBridge(frames, node, ends, protocol.equals(COMMANDS.getFirst())).run();
            } catch (IOException e) {
                CommandBridge.status(frames, CommandBridge.failed("unable to upgrade connection: " + e.getMessage()));
                frames.close();
                frames.read((begins, bytes, length) -> {});
            }
        } catch (IOException e) {
            // The client has gone, and with it whoever could be told.
            return;
        }
    }


    private void forward(Call call, PodStreams source, Of of, Upgrades.Wire wire, boolean websocket) throws Failure, InterruptedException {
        var ports = new ArrayList<Integer>();
        for (var text : call.request().query().contains("ports") ? call.request().query().all("ports") : List.<String>of()) {
            for (var port : text.split(",", MAX_PORTS)) {
                if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
                    throw Failure.badRequest("ports: " + port + " (expected: 1-65535)");
                }
                ports.add(Integer.parseInt(port));
            }
        }
        Opening opening = () -> source.portForward(of, ports);
        if (!websocket) {
            through(call, opening, wire, spdyHeaders(call));
            return;
        }
        var asked = subprotocols(call);
        if (!asked.contains(TUNNEL)) {
            var headers = new ArrayList<Map.Entry<String, String>>(List.of(header("Connection", "Upgrade"), header("Upgrade", "websocket")));
            for (var name : List.of(KEY, PROTOCOL, HeaderNames.create("Sec-WebSocket-Version"))) {
                call.request().headers().first(name).ifPresent(v -> headers.add(header(name.defaultCase(), v)));
            }
            through(call, opening, wire, headers);
            return;
        }
        try (var node = NodeConnection.open("POST", opening.open(), List.of(
                header("Connection", "Upgrade"), header("Upgrade", "SPDY/3.1"), header("X-Stream-Protocol-Version", "portforward.k8s.io"), header("Content-Length", "0")))) {
            tunnel(welcome(call, wire, TUNNEL), node);
        } catch (IOException e) {
            throw Failure.internal("unable to upgrade connection: " + e.getMessage());
        }
    }

    /** The client's SPDY within messages of a WebSocket, the node's bare. */
    private static void tunnel(WebSocketFrames frames, NodeConnection node) {
        var reader = Thread.currentThread();
        var answers = Thread.ofVirtual().name("tunnel-from-node").start(() -> {
            var piece = new byte[32 * 1024];
            try {
                for (int got = node.in().read(piece); got >= 0; got = node.in().read(piece)) {
                    frames.binary(piece, 0, got);
                }
                frames.close();
            } catch (IOException e) {
                reader.interrupt();
            }
        });
        try (var watch = new StreamWatch(frames)) {
            frames.read((begins, bytes, length) -> node.out().write(bytes, 0, length));
        } catch (IOException e) {
            // One of both has gone: so has the tunnel.
            return;
        } finally {
            node.close();
            join(answers);
        }
    }

    /** The node's own answer, and then bytes both ways. */
    private static void through(Call call, Opening opening, Upgrades.Wire wire, List<Map.Entry<String, String>> headers) throws Failure, InterruptedException {
        NodeConnection opened;
        try {
            opened = NodeConnection.open(call.request().prologue().method().text(), opening.open(), headers);
        } catch (IOException e) {
            throw Failure.internal("unable to upgrade connection: " + e.getMessage());
        }
        try (var node = opened) {
            call.response().status(Status.SWITCHING_PROTOCOLS_101);
            var head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
            node.headers().forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
            wire.out().write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            var reader = Thread.currentThread();
            var answers = Thread.ofVirtual().name("stream-from-node").start(() -> {
                copy(node.in(), wire.out());
                reader.interrupt();
            });
            try {
                copy(wire.in(), node.out());
            } finally {
                node.close();
                join(answers);
            }
        } catch (IOException e) {
            // The client has gone.
            return;
        }
    }

    private static void copy(InputStream in, OutputStream out) {
        try {
            var piece = new byte[32 * 1024];
            for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
                out.write(piece, 0, got);
            }
        } catch (IOException e) {
            // The end of one is the end of both.
            return;
        }
    }

    static void join(Thread thread) {
        // What interrupted the reading was meant for the reading.
        Thread.interrupted();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static WebSocketFrames welcome(Call call, Upgrades.Wire wire, String protocol) throws Failure {
        var key = call.request().headers().first(KEY).orElseThrow(() -> Failure.badRequest("Sec-WebSocket-Key: missing (expected: 16 bytes in base64)"));
        call.response().status(Status.SWITCHING_PROTOCOLS_101);
        try {
            wire.out().write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + WebSocketFrames.accept(key)
                    + "\r\nSec-WebSocket-Protocol: " + protocol + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new CloseConnectionException("the client has gone", e);
        }
        return new WebSocketFrames(wire.in(), wire.out());
    }

    private static List<Map.Entry<String, String>> spdyHeaders(Call call) {
        var headers = new ArrayList<Map.Entry<String, String>>(List.of(header("Connection", "Upgrade"), header("Upgrade", "SPDY/3.1"), header("Content-Length", "0")));
        if (call.request().headers().contains(STREAM_PROTOCOL)) {
            call.request().headers().get(STREAM_PROTOCOL).allValues().forEach(v -> headers.add(header("X-Stream-Protocol-Version", v)));
        }
        return headers;
    }

    private static Map.Entry<String, String> header(String name, String value) {
        return new SimpleImmutableEntry<>(name, value);
    }

    private static List<String> subprotocols(Call call) {
        return call.request().headers().contains(PROTOCOL)
                ? call.request().headers().get(PROTOCOL).allValues().stream().flatMap(v -> Arrays.stream(v.split(",", 32))).map(String::strip).toList()
                : List.of();
    }

    /** A flag as upstream reads it: what is there counts, unless it says no. */
    private static boolean given(Call call, String name) {
        var value = call.request().query().contains(name) ? call.request().query().first(name).orElse("") : "false";
        return !value.equals("0") && !value.equalsIgnoreCase("false");
    }
}
