package dev.skerry.bench;

import com.digitalpetri.modbus.pdu.ReadHoldingRegistersRequest;
import com.digitalpetri.modbus.pdu.ReadHoldingRegistersResponse;
import com.digitalpetri.modbus.pdu.WriteSingleRegisterRequest;
import com.digitalpetri.modbus.pdu.WriteSingleRegisterResponse;
import com.digitalpetri.modbus.server.ModbusRequestContext;
import com.digitalpetri.modbus.server.ModbusServices;
import com.digitalpetri.modbus.server.ModbusTcpServer;
import com.digitalpetri.modbus.tcp.server.NettyTcpServerTransport;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A Modbus TCP unit that takes the time at both ends of the loop: holding register 0 is the sensor, 10 the actuator. It waits for
 * its sensor's value to come back at the actuator.
 */
final class ModbusUnit implements ModbusServices, AutoCloseable {

    static final String SENSOR = "holding:0";
    static final String ACTUATOR = "holding:10";

    private static final int ACTUATOR_REGISTER = 10;
    private static final long CLOSE_WITHIN_MS = 5_000;

    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("bench-unit", true), NioIoHandler.newFactory());
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final ModbusTcpServer server;
    private final BlockingQueue<Passage> passages = new ArrayBlockingQueue<>(1);

    /** Guarded by this unit's monitor: the sensor's value, since when, and when it was first read; 0 is at rest. */
    private int sensor;
    private long changedAt;
    private long readAt;

    /** Moments of one turn of the loop, as {@link System#nanoTime} has them. */
    record Passage(long changedAt, long readAt, long writtenAt) {}

    private ModbusUnit() {
        server = ModbusTcpServer.create(
                NettyTcpServerTransport.create(c -> c
                        .setBindAddress("127.0.0.1")
                        .setPort(0)
                        .setEventLoopGroup(loop)
                        .setExecutor(loop)
                        .setBootstrapCustomizer(b -> b.handler(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelActive(ChannelHandlerContext context) {
                                port.complete(((InetSocketAddress) context.channel().localAddress()).getPort());
                                context.fireChannelActive();
                            }
                        }))),
                this);
    }

    static ModbusUnit start() throws IOException, InterruptedException {
        var unit = new ModbusUnit();
        try {
            unit.server.start();
            return unit;
        } catch (ExecutionException e) {
            unit.close();
            throw new IOException("Modbus unit: does not start: " + e.getCause(), e);
        }
    }

    URI address() {
        return URI.create("modbus-tcp://127.0.0.1:" + port.join());
    }

    /** Changes the sensor and waits until its value has been written to the actuator; empty if it was not in time. */
    Optional<Passage> turn(int value, long timeoutMillis) throws InterruptedException {
        synchronized (this) {
            sensor = value;
            readAt = 0;
            changedAt = System.nanoTime();
        }
        return Optional.ofNullable(passages.poll(timeoutMillis, TimeUnit.MILLISECONDS));
    }

    @Override
    public synchronized ReadHoldingRegistersResponse readHoldingRegisters(
            ModbusRequestContext context, int unitId, ReadHoldingRegistersRequest request) {
        var bytes = new byte[2 * request.quantity()];
        if (request.address() == 0) {
            bytes[0] = (byte) (sensor >> 8);
            bytes[1] = (byte) sensor;
            if (sensor != 0 && readAt == 0) {
                readAt = System.nanoTime();
            }
        }
        return new ReadHoldingRegistersResponse(bytes);
    }

    @Override
    public synchronized WriteSingleRegisterResponse writeSingleRegister(
            ModbusRequestContext context, int unitId, WriteSingleRegisterRequest request) {
        if (request.address() == ACTUATOR_REGISTER && sensor != 0 && request.value() == sensor) {
            passages.add(new Passage(changedAt, readAt, System.nanoTime()));
            sensor = 0;
        }
        return new WriteSingleRegisterResponse(request.address(), request.value());
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (ExecutionException e) {
            Progress.say("Modbus unit: did not stop: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.shutdownGracefully(0, CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_WITHIN_MS);
    }
}
