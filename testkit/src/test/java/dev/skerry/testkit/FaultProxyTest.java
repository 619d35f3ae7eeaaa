package dev.skerry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultProxyTest {

    private ServerSocket echo;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        echo = echo();
        proxy = FaultProxy.to(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void bringsEveryByteAcross() throws IOException {
        byte[] sent = new byte[300_000];
        new Random(1).nextBytes(sent);
        try (var socket = dial()) {
            Thread.ofVirtual().start(() -> write(socket, sent));

            assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        }
    }

    @Test
    void tellsOneEndWhenTheOtherIsDone() throws IOException {
        try (var socket = dial()) {
            write(socket, new byte[] {7});
            socket.shutdownOutput();

            assertThat(socket.getInputStream().readAllBytes()).containsExactly(7);
        }
    }

    @Test
    void cutsWhatIsOpenAndLetsNewOnesIn() throws IOException {
        try (var socket = dial()) {
            assertEchoes(socket);
            proxy.cut();

            assertThatThrownBy(() -> readOne(socket)).isInstanceOf(IOException.class);
        }
        try (var socket = dial()) {
            assertEchoes(socket);
        }
    }

    @Test
    void cutsInTheMiddleOfAMessage() throws IOException {
        try (var socket = dial()) {
            assertEchoes(socket);
            long before = proxy.forwarded();
            proxy.cutAfter(10);

            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            write(socket, new byte[100]);
                            socket.getInputStream().readNBytes(100);
                            readOne(socket);
                        }
                    })
                    .isInstanceOf(Exception.class);
            assertThat(proxy.forwarded() - before).isLessThan(1_000);
        }
    }

    @Test
    void refusesUntilItForwardsAgain() throws IOException {
        proxy.refuse();
        assertThatThrownBy(() -> {
                    try (var socket = dial()) {
                        write(socket, new byte[] {1});
                        readOne(socket);
                    }
                })
                .isInstanceOf(Exception.class);

        proxy.forward();
        try (var socket = dial()) {
            assertEchoes(socket);
        }
    }

    @Test
    void swallowsWithoutEnding() throws IOException {
        try (var socket = dial()) {
            assertEchoes(socket);
            proxy.blackhole();
            write(socket, new byte[] {1});
            socket.setSoTimeout(200);

            assertThatThrownBy(() -> readOne(socket)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void delaysAndSlowsWithoutLosing() throws IOException {
        proxy.delay(Duration.ofMillis(20));
        proxy.limit(1_000_000);
        byte[] sent = new byte[100_000];
        new Random(2).nextBytes(sent);
        try (var socket = dial()) {
            Thread.ofVirtual().start(() -> write(socket, sent));

            assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        }
    }

    @Test
    void goesToAnotherPort() throws IOException {
        echo.close();
        try (var other = echo()) {
            proxy.redirect(other.getLocalPort());
            try (var socket = dial()) {
                assertEchoes(socket);
            }
        }
    }

    private Socket dial() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void assertEchoes(Socket socket) throws IOException {
        write(socket, new byte[] {42});
        assertThat(readOne(socket)).isEqualTo(42);
    }

    private static int readOne(Socket socket) throws IOException {
        int one = socket.getInputStream().read();
        if (one < 0) {
            throw new IOException("ended");
        }
        return one;
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServerSocket echo() throws IOException {
        var listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!listening.isClosed()) {
                try {
                    var socket = listening.accept();
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            socket.getInputStream().transferTo(socket.getOutputStream());
                        } catch (IOException e) {
                            // Cut: that is what the tests are for.
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
        return listening;
    }
}
