package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.DriverException.Kind;
import dev.skerry.devices.spi.Network;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The open wires: those that several units share, and each device's own. */
final class Wires implements AutoCloseable {

    /** A wire and how many lines use it. */
    static final class Held {
        final Wire wire;
        final Framing framing;
        /** Whoever asks holds it until the answer. */
        final ReentrantLock turn = new ReentrantLock(true);
        private final String name;
        private final @Nullable SerialSettings settings;
        private int users = 1;
        private volatile boolean broken;

        private Held(Wire wire, Framing framing, String name, @Nullable SerialSettings settings) {
            this.wire = wire;
            this.framing = framing;
            this.name = name;
            this.settings = settings;
        }

        boolean broken() {
            return broken;
        }
    }

    private final Network network;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Held> shared = new HashMap<>();
    private final Set<Held> all = new HashSet<>();
    private boolean closed;

    Wires(Network network) {
        this.network = network;
    }

    /** A wire to an endpoint, to be given back by {@link #release}. */
    Held take(ModbusEndpoint endpoint, Duration timeout) throws DriverException, InterruptedException {
        if (!endpoint.one()) {
            return added(open(endpoint, timeout));
        }
        lock.lockInterruptibly();
        try {
            var there = shared.get(endpoint.line());
            if (there == null) {
                // Under the lock, so that nobody opens a second: such lines are few.
                there = added(open(endpoint, timeout));
                shared.put(endpoint.line(), there);
                return there;
            }
            if (there.settings != null && !there.settings.equals(endpoint.serial())) {
                throw new DriverException(Kind.BAD_ADDRESS, endpoint + ": the line is open at " + there.settings.line() + " (expected: the same settings)");
            }
            there.users++;
            return there;
        } finally {
            lock.unlock();
        }
    }

    private Held open(ModbusEndpoint endpoint, Duration timeout) throws DriverException, InterruptedException {
        var serial = endpoint.serial();
        try {
            var wire = serial != null ? SerialWire.open(serial) : new SocketWire(network.connect(endpoint.host(), endpoint.port(), timeout));
            return new Held(wire, Framing.of(endpoint.mode()), endpoint.line(), serial);
        } catch (DriverException e) {
            throw new DriverException(e.kind(), endpoint.mode().scheme() + "://" + e.getMessage(), e);
        } catch (IOException e) {
            throw new DriverException(Kind.UNREACHABLE, endpoint + ": " + e.getMessage(), e);
        }
    }

    private Held added(Held held) throws DriverException {
        lock.lock();
        try {
            if (closed) {
                held.wire.close();
                throw new DriverException(Kind.CLOSED, held.name + ": the driver is closed");
            }
            all.add(held);
            return held;
        } finally {
            lock.unlock();
        }
    }

    /** It does not work any more: whoever comes next opens another. */
    void broke(Held held) {
        lock.lock();
        try {
            held.broken = true;
            shared.remove(held.name, held);
        } finally {
            lock.unlock();
        }
        held.wire.close();
    }

    void release(Held held) {
        lock.lock();
        try {
            held.users--;
            if (held.users > 0) {
                return;
            }
            shared.remove(held.name, held);
            all.remove(held);
        } finally {
            lock.unlock();
        }
        held.wire.close();
    }

    @Override
    public void close() {
        Set<Held> open;
        lock.lock();
        try {
            closed = true;
            open = Set.copyOf(all);
            shared.clear();
            all.clear();
        } finally {
            lock.unlock();
        }
        open.forEach(held -> held.wire.close());
    }
}
