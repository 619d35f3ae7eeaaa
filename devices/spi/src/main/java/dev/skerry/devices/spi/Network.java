package dev.skerry.devices.spi;

import dev.skerry.devices.spi.DriverException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where drivers may go. With an interface named, sockets leave by its address and reach its own networks only, so that
 * protocols without any protection of their own stay in the part of the plant that they were built for.
 */
public final class Network {

    /** All networks of this machine. */
    public static final Network ANY = new Network("", List.of());

    private final String name;
    private final List<InterfaceAddress> addresses;

    private Network(String name, List<InterfaceAddress> addresses) {
        this.name = name;
        this.addresses = addresses;
    }

    /** @throws IOException as {@code name (expected: ...)} if there is no such interface, or it has no address */
    public static Network of(String name) throws IOException {
        var found = NetworkInterface.getByName(name);
        if (found == null) {
            throw new IOException(name + " (expected: a network interface of this machine: "
                    + String.join(", ", NetworkInterface.networkInterfaces().map(NetworkInterface::getName).sorted().toList()) + ")");
        }
        var addresses = List.copyOf(found.getInterfaceAddresses());
        if (addresses.isEmpty()) {
            throw new IOException(name + " (expected: a network interface with an address)");
        }
        return new Network(name, addresses);
    }

    /**
     * The address of a host that drivers may reach.
     *
     * @throws DriverException of kind UNREACHABLE if it has none, or BAD_ADDRESS if it lies outside
     */
    public InetAddress resolve(String host, Duration timeout) throws DriverException, InterruptedException {
        // On a thread of its own: a name server may take longer than we wait, and takes no interrupt.
        var lookup = new FutureTask<>(() -> InetAddress.getByName(host));
        Thread.ofVirtual().name("device-name-" + host).start(lookup);
        try {
            return allowed(lookup.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            throw new DriverException(Kind.UNREACHABLE, host + ": no address in " + shown(timeout), e);
        } catch (ExecutionException e) {
            throw new DriverException(Kind.UNREACHABLE, host + ": " + (e.getCause() instanceof UnknownHostException ? "unknown host" : e.getCause()), e);
        }
    }

    private InetAddress allowed(InetAddress address) throws DriverException {
        if (!addresses.isEmpty() && from(address).isEmpty()) {
            throw new DriverException(Kind.BAD_ADDRESS, address.getHostAddress() + " (expected: an address in the networks of " + name
                    + ", which devices.interface names: " + String.join(", ", addresses.stream()
                            .map(a -> a.getAddress().getHostAddress() + "/" + a.getNetworkPrefixLength()).toList()) + ")");
        }
        return address;
    }

    private Optional<InterfaceAddress> from(InetAddress to) {
        return addresses.stream().filter(own -> within(own, to)).findFirst();
    }

    private static boolean within(InterfaceAddress own, InetAddress other) {
        var a = own.getAddress().getAddress();
        var b = other.getAddress();
        if (a.length != b.length) {
            return false;
        }
        for (int bit = 0; bit < own.getNetworkPrefixLength(); bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** The own address by which a host is reached; empty if any will do. */
    public Optional<InetAddress> local(InetAddress to) {
        return from(to).map(InterfaceAddress::getAddress);
    }

    /** A TCP line, without delay for small packets; the caller closes it. */
    public Socket connect(String host, int port, Duration timeout) throws DriverException, InterruptedException {
        long began = System.nanoTime();
        var address = resolve(host, timeout);
        long left = timeout.toNanos() - (System.nanoTime() - began);
        var socket = new Socket();
        boolean connected = false;
        try {
            var local = local(address);
            if (local.isPresent()) {
                socket.bind(new InetSocketAddress(local.get(), 0));
            }
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.connect(new InetSocketAddress(address, port), (int) Math.clamp(left / 1_000_000, 1, Integer.MAX_VALUE));
            connected = true;
            return socket;
        } catch (SocketTimeoutException e) {
            throw new DriverException(Kind.UNREACHABLE, host + ":" + port + ": no connection in " + shown(timeout), e);
        } catch (ConnectException e) {
            throw new DriverException(Kind.UNREACHABLE, host + ":" + port + ": connection refused", e);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("stopped while connecting").initCause(e);
            }
            throw new DriverException(Kind.UNREACHABLE, host + ":" + port + ": " + e.getMessage(), e);
        } finally {
            if (!connected) {
                close(socket);
            }
        }
    }

    /** A UDP socket of a free port that talks to one peer only; the caller closes it. */
    public DatagramSocket datagrams(String host, int port, Duration timeout) throws DriverException, InterruptedException {
        var address = resolve(host, timeout);
        try {
            var local = local(address);
            var socket = local.isPresent() ? new DatagramSocket(new InetSocketAddress(local.get(), 0)) : new DatagramSocket();
            socket.connect(new InetSocketAddress(address, port));
            return socket;
        } catch (IOException e) {
            throw new DriverException(Kind.UNREACHABLE, host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing was sent on it.
            return;
        }
    }

    static String shown(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
}
