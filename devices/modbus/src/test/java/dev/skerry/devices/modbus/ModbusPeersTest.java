package dev.skerry.devices.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.Network;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.testkit.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modbus in its three ways against pymodbus; serial lines are a pair of pseudo terminals. */
class ModbusPeersTest {

    private static final Duration PATIENT = Duration.ofSeconds(5);

    private final List<ModbusDriver> drivers = ModbusDriver.all(Network.ANY);
    private final List<Peer> peers = new ArrayList<>();

    @AfterEach
    void stop() {
        drivers.forEach(ModbusDriver::close);
        peers.reversed().forEach(Peer::close);
    }

    @Test
    void speaksTcp() throws Exception {
        int port = served("tcp");
        readsAndWrites(0, "modbus-tcp://127.0.0.1:" + port + "?unit=");
    }

    @Test
    void speaksRtuOverTcpWithSeveralUnitsOnOneConnection() throws Exception {
        int port = served("rtu-tcp");
        readsAndWrites(2, "modbus-rtu-tcp://127.0.0.1:" + port + "?unit=");
    }

    @Test
    void speaksRtuOnASerialLineThatUnitsShare(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/socat")), "no socat: no serial line here");
        var ours = folder.resolve("ours");
        var theirs = folder.resolve("theirs");
        peers.add(Peer.silent(List.of("/usr/bin/socat", "pty,raw,echo=0,link=" + ours, "pty,raw,echo=0,link=" + theirs)));
        await().until(() -> Files.exists(ours) && Files.exists(theirs));
        peer("rtu", theirs.toString());
        readsAndWrites(1, "modbus-rtu://" + ours.toRealPath() + "?baud=19200&parity=none&unit=");
    }

    @Test
    void saysThatAUnitIsSilentAndGoesOnWithItsNeighbours() throws Exception {
        int port = served("tcp");
        var driver = drivers.get(0);
        try (var silent = driver.connect(URI.create("modbus-tcp://127.0.0.1:" + port + "?unit=9"), Duration.ofMillis(300));
                var other = driver.connect(URI.create("modbus-tcp://127.0.0.1:" + port + "?unit=1"), PATIENT)) {
            assertThatThrownBy(() -> value(driver, silent, "holding:0")).isInstanceOf(DriverException.class)
                    .hasMessage("modbus-tcp://127.0.0.1:" + port + "?unit=9: holding 0: no answer in 300ms");
            assertThat(value(driver, other, "holding:7")).isEqualTo(new RawValue.Whole(107));
        }
    }

    /** What comes in is not trusted: not Modbus at all, in pieces, of somebody else, cut off. */
    @Test
    void saysWhatIsWrongWithAnAnswer() throws Exception {
        assertThat(answered("485454502f312e3120")).isEqualTo("an answer that is not Modbus TCP: protocol 21584, length 12081 (expected: protocol 0, length 3-254)");
        assertThat(answered("0009000000050103020007")).isEqualTo("an answer to transaction 9 (expected: 1)");
        assertThat(answered("0001000000050703020007")).isEqualTo("an answer of unit 7 (expected: 1)");
        assertThat(answered("0001000000050103")).isEqualTo("the line was closed after 8 bytes of an answer");
        assertThat(answered("000100000003018302")).isEqualTo("the device has no such address (exception 2)");
        assertThat(answered("0001000000070103040007")).startsWith("the line was closed after");
        assertThat(answered("0001000000070103040007aaaa")).isEqualTo("an answer of 4 bytes (expected: 2)");
    }

    private String answered(String hex) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var answering = Thread.ofVirtual().start(() -> {
                try (var socket = server.accept()) {
                    socket.getInputStream().readNBytes(12);
                    for (var part : hex.split("(?<=\\G.{6})")) {
                        socket.getOutputStream().write(java.util.HexFormat.of().parseHex(part));
                        socket.getOutputStream().flush();
                    }
                } catch (IOException e) {
                    // The test says what came of it.
                    return;
                }
            });
            var driver = drivers.get(0);
            try (var connection = driver.connect(URI.create("modbus-tcp://127.0.0.1:" + server.getLocalPort()), PATIENT)) {
                value(driver, connection, "holding:0");
                return "a value";
            } catch (DriverException e) {
                return e.getMessage().replaceFirst("^.*: holding 0: ", "");
            } finally {
                answering.join();
            }
        }
    }

    private void readsAndWrites(int mode, String endpoint) throws Exception {
        var driver = drivers.get(mode);
        await().ignoreExceptions().until(() -> {
            driver.connect(URI.create(endpoint + 1), PATIENT).close();
            return true;
        });
        try (var first = driver.connect(URI.create(endpoint + 1), PATIENT); var second = driver.connect(URI.create(endpoint + 2), PATIENT)) {
            for (int turn = 0; turn < 3; turn++) {
                assertThat(value(driver, first, "holding:3")).isEqualTo(new RawValue.Whole(103));
                assertThat(value(driver, second, "input:150")).isEqualTo(new RawValue.Whole(350));
            }
            assertThat(value(driver, first, "coil:2")).isEqualTo(new RawValue.Bit(true));
            first.write(driver.parse("holding:10", "float32"), new RawValue.Real(7.5));
            first.write(driver.parse("holding:12", "int16"), new RawValue.Whole(-4));
            second.write(driver.parse("coil:2", ""), new RawValue.Bit(false));
            assertThat(driver.plan(points(driver, "holding:10|float32", "holding:12|int16"), LineCost.NETWORK)).hasSize(1);
            assertThat(first.read(driver.plan(points(driver, "holding:10|float32", "holding:12|int16"), LineCost.NETWORK).getFirst()))
                    .containsExactly(new RawValue.Real(7.5), new RawValue.Whole(-4));
            assertThat(value(driver, second, "coil:2")).isEqualTo(new RawValue.Bit(false));
            assertThatThrownBy(() -> value(driver, first, "holding:4000")).hasMessageEndingWith("holding 4000: the device has no such address (exception 2)");
            assertThat(value(driver, second, "holding:5")).isEqualTo(new RawValue.Whole(205));
        }
    }

    private int served(String mode) throws IOException {
        int port = Peer.freePort();
        peer(mode, Integer.toString(port));
        await().until(() -> Peer.listens(port));
        return port;
    }

    private void peer(String mode, String where) throws IOException {
        var python = Peer.python();
        assumeTrue(python.isPresent(), "no pymodbus: run ./skerry setup");
        var script = Path.of(System.getProperty("skerry.root"), "devices/modbus/src/test/resources/modbus_peer.py");
        peers.add(Peer.start("ready", List.of(python.get().toString(), script.toString(), mode, where)));
    }

    private static List<PointAddress> points(ModbusDriver driver, String... texts) throws DriverException {
        var points = new ArrayList<PointAddress>();
        for (var text : texts) {
            points.add(driver.parse(text.split("\\|")[0], text.split("\\|")[1]));
        }
        return points;
    }

    private static RawValue value(ModbusDriver driver, DeviceConnection connection, String address) throws DriverException, InterruptedException {
        return connection.read(driver.plan(List.of(driver.parse(address, "")), LineCost.NETWORK).getFirst()).getFirst();
    }
}
