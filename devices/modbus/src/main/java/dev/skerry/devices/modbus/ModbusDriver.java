package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.Network;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.ReadPlan;
import dev.skerry.devices.spi.SharedLine;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Speaks Modbus: {@code modbus-tcp://HOST[:502][?unit=1]}, {@code modbus-rtu:///dev/ttyUSB0?unit=1&baud=9600&parity=none} and
 * {@code modbus-rtu-tcp://HOST:PORT?unit=1}; points such as {@code holding:100} (int16 unless said), {@code coil:3} or
 * {@code holding:100.3}. Blocks on the caller's thread and has none of its own.
 *
 * <p>A broken line is not made anew: its next request fails and its owner connects again. Units of one serial line, and those of a
 * host with {@code connections=one}, share a wire that is closed with its last user.
 */
public final class ModbusDriver implements DeviceDriver, AutoCloseable {

    private final Mode mode;
    private final Wires wires;

    private ModbusDriver(Mode mode, Network network) {
        this.mode = mode;
        this.wires = new Wires(network);
    }

    /** Modbus TCP on any network. */
    public ModbusDriver() {
        this(Mode.TCP, Network.ANY);
    }

    /** One driver each for TCP, RTU and RTU over TCP. */
    public static List<ModbusDriver> all(Network network) {
        return List.of(new ModbusDriver(Mode.TCP, network), new ModbusDriver(Mode.RTU, network), new ModbusDriver(Mode.RTU_TCP, network));
    }

    @Override
    public String scheme() {
        return mode.scheme();
    }

    @Override
    public void check(URI endpoint) throws DriverException {
        ModbusEndpoint.parse(mode, endpoint);
    }

    @Override
    public PointAddress parse(String address, String encoding) throws DriverException {
        return ModbusPoint.parse(address, encoding);
    }

    @Override
    public List<ReadPlan> plan(List<PointAddress> points, LineCost cost) {
        return Requests.plan(points, cost);
    }

    @Override
    public LineCost cost(URI endpoint) {
        try {
            return ModbusEndpoint.parse(mode, endpoint).cost();
        } catch (DriverException e) {
            return LineCost.NETWORK;
        }
    }

    @Override
    public Optional<SharedLine> shared(URI endpoint) throws DriverException {
        return ModbusEndpoint.parse(mode, endpoint).shared();
    }

    @Override
    public DeviceConnection connect(URI endpoint, Duration timeout) throws DriverException, InterruptedException {
        return new ModbusConnection(Line.open(ModbusEndpoint.parse(mode, endpoint), timeout, wires));
    }

    /** Breaks all lines. A second call does nothing. */
    @Override
    public void close() {
        wires.close();
    }
}
