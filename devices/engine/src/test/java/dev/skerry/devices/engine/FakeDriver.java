package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.DriverException.Kind;
import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.devices.spi.ReadPlan;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Devices in memory, one a host name: {@code fake://chiller}, with points {@code r:NAME} (read only) and {@code w:NAME}. */
final class FakeDriver implements DeviceDriver {

    /** Points in one request. */
    static final int MERGED = 3;

    record Address(String address, String encoding, boolean writable) implements PointAddress {}

    /** One device and how it behaves. */
    static final class FakeDevice {
        final Map<String, RawValue> values = new ConcurrentHashMap<>();
        final List<String> journal = new CopyOnWriteArrayList<>();
        final AtomicInteger connected = new AtomicInteger();
        final AtomicInteger connects = new AtomicInteger();
        volatile @Nullable DriverException refusesConnect;
        volatile @Nullable Exception failsRead;
        volatile @Nullable DriverException failsReadOnce;
        volatile @Nullable DriverException failsWrite;
        /** The address for which it refuses a whole request. */
        volatile @Nullable String refuses;
        /** Called before a read answers; may block. */
        volatile Step beforeRead = () -> {};
        /** Called before a write is done; may block. */
        volatile Step beforeWrite = () -> {};

        void put(String address, double value) {
            values.put(address, new RawValue.Real(value));
        }
    }

    interface Step {
        void run() throws InterruptedException;
    }

    final Map<String, FakeDevice> devices = new ConcurrentHashMap<>();

    FakeDevice device(String host) {
        return devices.computeIfAbsent(host, h -> new FakeDevice());
    }

    @Override
    public String scheme() {
        return "fake";
    }

    @Override
    public void check(URI endpoint) throws DriverException {
        if (endpoint.getHost() == null) {
            throw new DriverException(Kind.BAD_ADDRESS, "spec.endpoint: " + endpoint + " (expected: fake://HOST)");
        }
    }

    @Override
    public PointAddress parse(String address, String encoding) throws DriverException {
        if (!address.matches("[rw]:.+")) {
            throw new DriverException(Kind.BAD_ADDRESS, "address: " + address + " (expected: r:NAME or w:NAME)");
        }
        if (!encoding.isEmpty() && !encoding.equals("int16")) {
            throw new DriverException(Kind.BAD_ADDRESS, "encoding: " + encoding + " (expected: int16)");
        }
        return new Address(address, encoding, address.startsWith("w:"));
    }

    @Override
    public List<ReadPlan> plan(List<PointAddress> points, LineCost cost) {
        var plans = new ArrayList<ReadPlan>();
        for (int i = 0; i < points.size(); i += MERGED) {
            var part = points.subList(i, Math.min(points.size(), i + MERGED));
            plans.add(new ReadPlan(part.getFirst().address() + " to " + part.getLast().address(), part));
        }
        return plans;
    }

    @Override
    public DeviceConnection connect(URI endpoint, Duration timeout) throws DriverException {
        var device = device(endpoint.getHost());
        device.connects.incrementAndGet();
        var refuses = device.refusesConnect;
        if (refuses != null) {
            throw refuses;
        }
        device.connected.incrementAndGet();
        device.journal.add("connect");
        return new Connection(device);
    }

    private static final class Connection implements DeviceConnection {
        private final FakeDevice device;
        private boolean closed;

        Connection(FakeDevice device) {
            this.device = device;
        }

        @Override
        public List<RawValue> read(ReadPlan plan) throws DriverException, InterruptedException {
            device.beforeRead.run();
            device.journal.add("read " + plan.description());
            var once = device.failsReadOnce;
            if (once != null) {
                device.failsReadOnce = null;
                throw once;
            }
            if (plan.points().stream().anyMatch(p -> p.address().equals(device.refuses))) {
                throw new DriverException(Kind.REFUSED, device.refuses + ": no such register");
            }
            switch (device.failsRead) {
                case null -> {}
                case DriverException e -> throw e;
                case RuntimeException e -> throw e;
                case Exception e -> throw new IllegalStateException(e);
            }
            return plan.points().stream().<RawValue>map(p -> device.values.getOrDefault(p.address(), new RawValue.Unreadable("no such value"))).toList();
        }

        @Override
        public void write(PointAddress point, RawValue value) throws DriverException, InterruptedException {
            device.beforeWrite.run();
            device.journal.add("write " + point.address() + " " + value);
            var fails = device.failsWrite;
            if (fails != null) {
                throw fails;
            }
            device.values.put(point.address(), value);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                device.connected.decrementAndGet();
                device.journal.add("close");
            }
        }
    }
}
