package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.ReadPlan;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Speaks Modbus TCP: {@code modbus-tcp://HOST[:502][?unit=1]}, points such as {@code holding:100} (int16 unless said),
 * {@code coil:3} or {@code holding:100.3}. One event loop serves all lines; {@link #close} ends it and them.
 *
 * <p>A broken line is not made anew: its next request fails and its owner connects again.
 */
public final class ModbusDriver implements DeviceDriver, AutoCloseable {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("modbus", true), NioIoHandler.newFactory());

    /** A driver with no line and no running thread yet. */
    public ModbusDriver() {}

    @Override
    public String scheme() {
        return "modbus-tcp";
    }

    @Override
    public void check(URI endpoint) throws DriverException {
        ModbusEndpoint.parse(endpoint);
    }

    @Override
    public PointAddress parse(String address, String encoding) throws DriverException {
        return ModbusPoint.parse(address, encoding);
    }

    @Override
    public List<ReadPlan> plan(List<PointAddress> points) {
        return Requests.plan(points);
    }

    @Override
    public DeviceConnection connect(URI endpoint, Duration timeout) throws DriverException, InterruptedException {
        return new ModbusConnection(Line.open(ModbusEndpoint.parse(endpoint), timeout, loop));
    }

    /** Breaks all lines. A second call does nothing. */
    @Override
    public void close() {
        loop.shutdownGracefully(0, CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_WITHIN.toMillis());
    }
}
