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
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * A Modbus server of a library that is not ours, in a process of its own: prints {@code ready PORT}, and for each line of its input
 * {@code REQUESTS REGISTERS WRITES} since its start. Ends with its input.
 */
public final class ModbusFarm implements ModbusServices {

    private final LongAdder requests = new LongAdder();
    private final LongAdder registers = new LongAdder();
    private final LongAdder writes = new LongAdder();

    private ModbusFarm() {}

    public static void main(String[] arguments) throws Exception {
        var farm = new ModbusFarm();
        var port = new CompletableFuture<Integer>();
        var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var server = ModbusTcpServer.create(
                NettyTcpServerTransport.create(c -> c.setBindAddress("127.0.0.1").setPort(0).setEventLoopGroup(loop).setExecutor(loop)
                        .setBootstrapCustomizer(b -> b.handler(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelActive(ChannelHandlerContext context) {
                                port.complete(((InetSocketAddress) context.channel().localAddress()).getPort());
                                context.fireChannelActive();
                            }
                        }))),
                farm);
        server.start();
        System.out.println("ready " + port.join());
        while (System.in.read() >= 0) {
            System.out.println(farm.requests.sum() + " " + farm.registers.sum() + " " + farm.writes.sum());
        }
        System.exit(0);
    }

    @Override
    public ReadHoldingRegistersResponse readHoldingRegisters(ModbusRequestContext context, int unit, ReadHoldingRegistersRequest request) {
        requests.increment();
        registers.add(request.quantity());
        var bytes = new byte[2 * request.quantity()];
        long now = System.nanoTime() >> 20;
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = (byte) (now >> 8 & 0x3F);
            bytes[i + 1] = (byte) (now + i);
        }
        return new ReadHoldingRegistersResponse(bytes);
    }

    @Override
    public WriteSingleRegisterResponse writeSingleRegister(ModbusRequestContext context, int unit, WriteSingleRegisterRequest request) {
        writes.increment();
        return new WriteSingleRegisterResponse(request.address(), request.value());
    }
}
