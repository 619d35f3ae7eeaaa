package dev.skerry.devices.modbus;

import com.digitalpetri.modbus.TimeoutScheduler;
import com.digitalpetri.modbus.client.ModbusTcpClient;
import com.digitalpetri.modbus.exceptions.ModbusResponseException;
import com.digitalpetri.modbus.pdu.ModbusRequestPdu;
import com.digitalpetri.modbus.pdu.ModbusResponsePdu;
import com.digitalpetri.modbus.tcp.client.NettyTcpClientTransport;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.DriverException.Kind;
import io.netty.channel.EventLoopGroup;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A TCP line to a device: one request at a time, each with an answer or a {@link DriverException}. */
final class Line implements AutoCloseable {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);
    /** Ours is the second limit, should the library's not come. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final ModbusEndpoint endpoint;
    private final Duration timeout;
    private final LineGuard guard;
    private final ModbusTcpClient client;

    private Line(ModbusEndpoint endpoint, Duration timeout, LineGuard guard, ModbusTcpClient client) {
        this.endpoint = endpoint;
        this.timeout = timeout;
        this.guard = guard;
        this.client = client;
    }

    static Line open(ModbusEndpoint endpoint, Duration timeout, EventLoopGroup loop) throws DriverException, InterruptedException {
        var began = System.nanoTime();
        var host = resolve(endpoint, timeout);
        var guard = new LineGuard();
        var transport = NettyTcpClientTransport.create(c -> c
                .setHostname(host.getHostAddress())
                .setPort(endpoint.port())
                .setConnectTimeout(timeout)
                .setConnectPersistent(false)
                .setEventLoopGroup(loop)
                .setExecutor(loop)
                .setChannelFsmCustomizer(fsm -> fsm.setScheduler(loop))
                .setPipelineCustomizer(pipeline -> pipeline.addFirst(guard)));
        var client = ModbusTcpClient.create(transport, c -> c
                .setRequestTimeout(timeout)
                .setTimeoutScheduler(TimeoutScheduler.create(loop, loop)));
        var line = new Line(endpoint, timeout, guard, client);
        var connected = false;
        try {
            line.connect(timeout.minusNanos(System.nanoTime() - began));
            connected = true;
            return line;
        } finally {
            if (!connected) {
                line.close();
            }
        }
    }

    /** On a thread of its own: a name server may take longer than we wait, and takes no interrupt. */
    private static InetAddress resolve(ModbusEndpoint endpoint, Duration timeout) throws DriverException, InterruptedException {
        var lookup = new FutureTask<>(() -> InetAddress.getByName(endpoint.host()));
        Thread.ofVirtual().name("modbus-name-" + endpoint.host()).start(lookup);
        try {
            return lookup.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new DriverException(Kind.UNREACHABLE, endpoint + ": no address for " + endpoint.host() + " in " + shown(timeout), e);
        } catch (ExecutionException e) {
            var why = e.getCause() instanceof UnknownHostException ? "unknown host" : String.valueOf(e.getCause());
            throw new DriverException(Kind.UNREACHABLE, endpoint + ": " + why, e);
        }
    }

    private void connect(Duration left) throws DriverException, InterruptedException {
        try {
            client.connectAsync().toCompletableFuture().get(Math.max(1, left.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new DriverException(Kind.UNREACHABLE, endpoint + ": no connection in " + shown(timeout), e);
        } catch (ExecutionException e) {
            var why = e.getCause() instanceof ConnectException ? "connection refused" : String.valueOf(e.getCause());
            throw new DriverException(Kind.UNREACHABLE, endpoint + ": " + why, e);
        }
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @param what for the messages, such as {@code holding 100-111}
     */
    <T extends ModbusResponsePdu> T ask(ModbusRequestPdu request, Class<T> answer, String what) throws DriverException, InterruptedException {
        if (guard.fault() != null) {
            throw explained(guard.fault(), what);
        }
        var pending = client.sendAsync(endpoint.unit(), request).toCompletableFuture();
        try {
            CompletableFuture.anyOf(pending, guard.broken()).get(timeout.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
            return answer.cast(pending.join());
        } catch (TimeoutException e) {
            throw unanswered(what, e);
        } catch (ExecutionException e) {
            throw explained(Objects.requireNonNullElse(e.getCause(), e), what);
        } catch (InterruptedException e) {
            // The answer may still come, and would be taken for the next request's.
            close();
            throw e;
        }
    }

    private DriverException explained(Throwable cause, String what) {
        return switch (cause) {
            case DriverException fault -> new DriverException(fault.kind(), about(what) + fault.getMessage(), fault);
            case TimeoutException late -> unanswered(what, late);
            case ModbusResponseException refusal -> new Refusal(refusal.getExceptionCode()).exception(about(what), refusal);
            default -> client.isConnected()
                    ? new DriverException(Kind.GARBAGE, about(what) + "an answer that is not of the request: " + cause.getMessage(), cause)
                    : new DriverException(Kind.CLOSED, about(what) + "the line is closed", cause);
        };
    }

    private DriverException unanswered(String what, TimeoutException cause) {
        return new DriverException(Kind.TIMEOUT, about(what) + "no answer in " + shown(timeout), cause);
    }

    /** An answer of the right kind that does not fit its request. */
    DriverException garbage(String what, String found) {
        return new DriverException(Kind.GARBAGE, about(what) + found);
    }

    private String about(String what) {
        return endpoint + ": " + what + ": ";
    }

    private static String shown(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }

    @Override
    public void close() {
        try {
            client.disconnectAsync().toCompletableFuture().get(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Nobody is left to use the line; the driver's close ends its socket at the latest.
            return;
        }
    }
}
