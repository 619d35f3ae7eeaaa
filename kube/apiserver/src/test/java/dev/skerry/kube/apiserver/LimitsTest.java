package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flood is answered with 429, costs others nothing, and leaves nothing behind. */
class LimitsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final long MAX_GROWTH = 12L << 20;

    @TempDir
    Path folder;

    @Test
    void flowsTakeTurns() throws Exception {
        var seats = new Seats(1, 8);
        assertThat(seats.take("first", LONG)).isTrue();
        var order = Collections.synchronizedList(new ArrayList<String>());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // Awaited one by one, so that the order in which they queue is known.
            for (var flow : List.of("a", "a", "a", "b")) {
                var before = seats.waiting();
                threads.submit(() -> {
                    if (seats.take(flow, LONG)) {
                        order.add(flow);
                        seats.give();
                    }
                });
                await().until(() -> seats.waiting() > before);
            }
            seats.give();
        }
        assertThat(order).containsExactly("a", "b", "a", "a");
        assertThat(seats.take("last", LONG)).isTrue();
        assertThat(seats.take("late", Duration.ofMillis(1))).as("nobody gives the seat back").isFalse();
        assertThat(seats.waiting()).isZero();
    }

    @Test
    void aFloodOfOneLevelLeavesTheOthersAlone() throws Exception {
        var limits = new Limits(20, 0, 3, LONG);
        var fairness = new Fairness(limits);
        var guest = new ServerConfig.User("guest", List.of("system:authenticated"));
        var admin = new ServerConfig.User("admin", List.of("system:masters"));
        var access = new Access("get", "", "v1", "pods", "", "default", "p", "");
        var taken = new ArrayList<Fairness.Seat>();
        for (int i = 0; i < 4; i++) {
            taken.add(fairness.seat(guest, access, Duration.ZERO));
        }
        assertThat(refused(() -> fairness.seat(guest, access, Duration.ZERO))).isEqualTo(429);
        assertThat(refused(() -> fairness.seat(admin, access, Duration.ZERO))).isZero();
        taken.forEach(Fairness.Seat::close);
        assertThat(refused(() -> fairness.seat(guest, access, Duration.ZERO))).isZero();
        for (int i = 0; i < 3; i++) {
            fairness.watch(guest);
        }
        assertThat(refused(() -> fairness.watch(guest))).isEqualTo(429);
    }

    private interface Asking {
        void ask() throws Failure;
    }

    private static int refused(Asking asking) {
        try {
            asking.ask();
            return 0;
        } catch (Failure e) {
            return e.retryAfter() > 0 ? e.code() : -1;
        }
    }

    @Test
    void aFloodHoldsNoMemoryAfterwards() throws Exception {
        var seats = 10;
        try (var running = new RunningServer(folder, AccessConfig.USUAL.withLimits(new Limits(2 * seats, 0, 100, LONG)))) {
            running.send("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}");
            var codes = new ConcurrentHashMap<Integer, AtomicInteger>();
            flood(running, codes, 1_500);
            var before = held();
            // Senders that never finish sit on all seats of their level.
            var stuck = new ArrayList<java.net.Socket>();
            for (int i = 0; i < seats; i++) {
                stuck.add(begun(running, "/api/v1/namespaces/default/configmaps"));
            }
            await().atMost(LONG).until(() -> running.send("GET", "/api/v1/namespaces/default", "").statusCode() == 429);
            codes.clear();
            flood(running, codes, 4_500);
            assertThat(codes.keySet()).as("" + codes).containsOnly(429);
            for (var socket : stuck) {
                socket.close();
            }
            await().atMost(LONG).until(() -> running.send("GET", "/api/v1/namespaces/default", "").statusCode() == 200);
            assertThat(held() - before).as("bytes held").isLessThan(MAX_GROWTH);
        }
    }

    private static void flood(RunningServer running, ConcurrentHashMap<Integer, AtomicInteger> codes, int requests) throws InterruptedException {
        var start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                threads.submit(() -> {
                    start.await();
                    for (int j = 0; j < requests / 100; j++) {
                        codes.computeIfAbsent(running.send("GET", "/api/v1/namespaces/default/configmaps/none", "").statusCode(), c -> new AtomicInteger()).incrementAndGet();
                    }
                    return null;
                });
            }
            start.countDown();
        }
    }

    private static long held() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void whatIsTooBigOrTooSlowIsRefused() throws Exception {
        try (var running = new RunningServer(folder, AccessConfig.USUAL.withLimits(new Limits(20, 20, 100, Duration.ofSeconds(1))))) {
            running.send("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"default\"}}");
            var maps = "/api/v1/namespaces/default/configmaps";
            assertThat(running.send("POST", maps, "{\"metadata\": {\"name\": \"a\"}, \"data\": {\"a\": \"" + "x".repeat(3 << 20) + "\"}}").statusCode()).isEqualTo(413);
            assertThat(running.send("GET", maps, "", "X-Long", "x".repeat(100_000)).statusCode()).isIn(400, 431);
            assertThat(running.send("GET", maps + "?labelSelector=" + "x".repeat(40_000), "").statusCode()).isIn(400, 414);
            assertThat(running.send("GET", maps + "?timeout=soon", "").body()).contains("invalid timeout specified in the request URL - time: invalid duration \\\"soon\\\"");
            assertThat(slowly(running, maps)).as("a sender that does not go on").isFalse();
            assertThat(running.send("GET", maps, "").statusCode()).isEqualTo(200);
        }
    }

    /** The head of a request and the beginning of its body. */
    private static java.net.Socket begun(RunningServer running, String path) throws IOException {
        var socket = running.socket();
        socket.getOutputStream().write(("POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-token\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
                .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    /** @return whether a request that does not go on was taken */
    private static boolean slowly(RunningServer running, String path) {
        try (var socket = begun(running, path)) {
            socket.setSoTimeout((int) LONG.toMillis());
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).startsWith("HTTP/1.1 2");
        } catch (IOException e) {
            return false;
        }
    }
}
