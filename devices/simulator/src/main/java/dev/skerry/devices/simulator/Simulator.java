package dev.skerry.devices.simulator;

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
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A plant that plays its recordings behind one Modbus TCP address of this host, until closed. */
public final class Simulator implements AutoCloseable {

    private static final long CLOSE_WITHIN_MS = 5_000;

    private final Plant plant;
    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("simulator", true), NioIoHandler.newFactory());
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final ModbusTcpServer server;
    private final Thread clock;

    private Simulator(Plant plant, int port, double rate) {
        this.plant = plant;
        var transport = NettyTcpServerTransport.create(c -> c
                .setBindAddress("127.0.0.1")
                .setPort(port)
                .setEventLoopGroup(loop)
                .setExecutor(loop)
                .setBootstrapCustomizer(b -> b.handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        Simulator.this.port.complete(((InetSocketAddress) context.channel().localAddress()).getPort());
                        context.fireChannelActive();
                    }
                })));
        this.server = ModbusTcpServer.create(transport, plant);
        var step = Math.round(TimeUnit.SECONDS.toNanos(1) / rate);
        this.clock = Thread.ofVirtual().name("simulator-clock").unstarted(() -> play(step));
    }

    /**
     * Answers when the plant is reachable.
     *
     * @param folder of the recordings, {@code chillers.csv.gz} and {@code machine.csv.gz}
     * @param port 0 for any that is free
     * @param rate of the recordings in steps a second
     */
    public static Simulator start(Path folder, int port, double rate) throws IOException, InterruptedException {
        if (!(rate > 0 && rate <= 1_000)) {
            throw new IllegalArgumentException("rate: " + rate + " (expected: above 0, at most 1000)");
        }
        var simulator = new Simulator(Plant.load(folder), port, rate);
        try {
            simulator.server.start();
        } catch (ExecutionException e) {
            simulator.close();
            throw new IOException("port: " + port + " (expected: one that is free)", e);
        }
        simulator.clock.start();
        return simulator;
    }

    private void play(long step) {
        var next = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            next += step;
            LockSupport.parkNanos(next - System.nanoTime());
            if (System.nanoTime() >= next) {
                plant.step();
            } else {
                next -= step;
            }
        }
    }

    /** Such as {@code modbus-tcp://127.0.0.1:40123}; units 1 and 2 are chillers, 3 the machine. */
    public URI address() {
        return URI.create("modbus-tcp://127.0.0.1:" + port.join());
    }

    /** Requests so far, as a line of JSON: {@code {"reads":12,"writes":1}}. */
    public String counts() {
        return plant.counts();
    }

    /** Closes all lines. A second call does nothing. */
    @Override
    public void close() {
        clock.interrupt();
        try {
            server.stop();
        } catch (ExecutionException e) {
            // The loop's end below closes what is left.
            System.getLogger(Simulator.class.getName()).log(System.Logger.Level.DEBUG, "simulator: server did not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.shutdownGracefully(0, CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_WITHIN_MS);
    }
}
