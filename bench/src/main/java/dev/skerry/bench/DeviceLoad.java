package dev.skerry.bench;

import dev.skerry.data.LocalBus;
import dev.skerry.devices.engine.LooseDevices;
import dev.skerry.devices.modbus.ModbusDriver;
import dev.skerry.devices.spi.Network;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Access;
import dev.skerry.model.DeviceModelSpec.Property;
import dev.skerry.model.DeviceModelSpec.Type;
import dev.skerry.model.DeviceSpec;
import dev.skerry.testkit.FaultProxy;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Devices in this process, their Modbus server in another. Tags lie in blocks of twenty with thirty unwanted registers between them, as in real plants. */
final class DeviceLoad {

    private static final String NAMESPACE = "default";
    private static final int BLOCK = 20;
    private static final int GAP = 30;
    private static final int SIXTEEN = 16;
    private static final Duration RETRY = Duration.ofMillis(1);
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final Duration MOST = Duration.ofMinutes(2);

    private DeviceLoad() {}

    /** Readings that arrive on the bus, and what that costs. */
    static void read(int devices, int tags, int seconds, String suffix, Figures figures) throws Exception {
        var arrived = new LongAdder();
        try (var farm = Farm.start(); var bus = new LocalBus(); var site = new Site(bus, true)) {
            bus.subscribe("count", "*", batch -> {
                for (int row = 0; row < batch.size(); row++) {
                    arrived.add(tags);
                }
            });
            var model = model(tags);
            for (int i = 0; i < devices; i++) {
                site.add("device-" + i, spec("modbus-tcp://127.0.0.1:" + farm.port() + "?unit=" + (1 + i % 247), "1s"), model);
            }
            for (int i = 0; i < devices; i++) {
                site.await("device-" + i);
            }
            // The first rounds came all at once; from the second on they are spread.
            TimeUnit.SECONDS.sleep(2);
            var before = farm.served();
            long count = arrived.sum();
            long cpu = cpu();
            long began = System.nanoTime();
            TimeUnit.SECONDS.sleep(seconds);
            double took = (System.nanoTime() - began) / 1e9;
            var after = farm.served();
            double rate = (arrived.sum() - count) / took;
            figures.add("modbusTagsPerSecond" + suffix, rate, "1/s");
            figures.add("modbusCpuShare" + suffix, (cpu() - cpu) / 1e9 / took, "cores");
            figures.add("residentMb" + suffix, residentMb(), "MB");
            if (suffix.isEmpty()) {
                double requests = (after.requests() - before.requests()) / ((arrived.sum() - count) / (double) tags);
                figures.add("devices", devices, "");
                figures.add("requestsADevice", requests, "");
                figures.add("requestsSavedShare", 1 - requests / tags, "");
                figures.add("requestsSavedAgainstSixteenRegistersShare", 1 - requests / sixteens(tags), "");
            }
        }
    }

    /** Writes to a device whose two thousand registers are polled without a pause, in many requests a round. */
    static void write(int writes, boolean preempt, String name, Figures figures) throws Exception {
        try (var farm = Farm.start(); var bus = new LocalBus(); var site = new Site(bus, preempt)) {
            var properties = new ArrayList<Property>();
            for (int i = 0; i < 2_000; i++) {
                properties.add(property("tag" + i, i * 25 % 50_000, i == 0));
            }
            site.add("plc", spec("modbus-tcp://127.0.0.1:" + farm.port(), "1ms"), new DeviceModelSpec(properties));
            site.await("plc");
            var latencies = new Latencies(writes);
            for (int i = 0; i < writes + 50; i++) {
                long began = System.nanoTime();
                var result = site.devices.commands().write(NAMESPACE, "plc", "tag0", (long) i % 1_000, "bench", PATIENT);
                if (!result.done()) {
                    throw new IOException(result.message());
                }
                if (i >= 50) {
                    latencies.add(System.nanoTime() - began);
                }
                // At moments that have nothing to do with the rounds.
                TimeUnit.MICROSECONDS.sleep(500 + i * 7919L % 3_000);
            }
            latencies.into(figures, name);
        }
    }

    /** A device whose line is cut again and again: what stays behind. */
    static void reconnect(int times, Figures figures) throws Exception {
        try (var farm = Farm.start(); var proxy = FaultProxy.to(farm.port()); var bus = new LocalBus(); var site = new Site(bus, true)) {
            site.add("device", spec("modbus-tcp://127.0.0.1:" + proxy.port(), "1ms"), model(10));
            site.await("device");
            cut(proxy, site, Math.min(500, times));
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            double heap = heapMb();
            long files = files();
            long began = System.nanoTime();
            cut(proxy, site, times);
            figures.add("reconnectsPerSecond", times / ((System.nanoTime() - began) / 1e9), "1/s");
            figures.add("heapGrowthMbAfter" + times + "Reconnects", heapMb() - heap, "MB");
            figures.add("threadGrowthAfter" + times + "Reconnects", ManagementFactory.getThreadMXBean().getThreadCount() - threads, "");
            figures.add("openFilesGrowthAfter" + times + "Reconnects", files() - files, "");
        }
    }

    private static void cut(FaultProxy proxy, Site site, int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            long before = proxy.connections();
            proxy.cut();
            long end = System.nanoTime() + MOST.toNanos();
            while (proxy.connections() == before || !site.devices.online(NAMESPACE, "device")) {
                if (System.nanoTime() - end > 0) {
                    throw new IOException("no connection " + MOST.toSeconds() + "s after the line was cut");
                }
                TimeUnit.MICROSECONDS.sleep(200);
            }
        }
    }

    /** Devices and their driver. */
    private static final class Site implements AutoCloseable {
        private final List<ModbusDriver> drivers = ModbusDriver.all(Network.ANY);
        private final LooseDevices devices;

        Site(LocalBus bus, boolean preempt) {
            devices = new LooseDevices(bus, drivers, InstantSource.system(), RETRY, preempt);
        }

        void add(String name, DeviceSpec spec, DeviceModelSpec model) throws IOException, InterruptedException {
            var faults = devices.add(NAMESPACE, name, spec, model);
            if (!faults.isEmpty()) {
                throw new IOException(String.join("; ", faults));
            }
        }

        void await(String name) throws IOException, InterruptedException {
            long end = System.nanoTime() + MOST.toNanos();
            while (!devices.online(NAMESPACE, name)) {
                if (System.nanoTime() - end > 0) {
                    throw new IOException(name + ": not online after " + MOST.toSeconds() + "s");
                }
                TimeUnit.MILLISECONDS.sleep(2);
            }
        }

        @Override
        public void close() {
            devices.close();
            drivers.forEach(ModbusDriver::close);
        }
    }

    private static DeviceSpec spec(String endpoint, String every) {
        try {
            return new DeviceSpec("bench", endpoint, io.fabric8.kubernetes.api.model.Duration.parse(every),
                    io.fabric8.kubernetes.api.model.Duration.parse("10s"), List.of());
        } catch (ParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static DeviceModelSpec model(int tags) {
        var properties = new ArrayList<Property>();
        for (int i = 0; i < tags; i++) {
            properties.add(property("tag" + i, register(i), false));
        }
        return new DeviceModelSpec(properties);
    }

    private static int register(int tag) {
        return tag / BLOCK * (BLOCK + GAP) + tag % BLOCK;
    }

    private static Property property(String name, int register, boolean writable) {
        return new Property(name, Type.INTEGER, null, writable ? Access.READ_WRITE : Access.READ, null, null, null, null, "holding:" + register, "int16",
                null, null, null, null);
    }

    /** Requests that merging neighbours up to sixteen registers needs. */
    private static double sixteens(int tags) {
        int requests = 0;
        int start = Integer.MIN_VALUE;
        int last = Integer.MIN_VALUE;
        for (int i = 0; i < tags; i++) {
            int at = register(i);
            if (at != last + 1 || at - start >= SIXTEEN) {
                requests++;
                start = at;
            }
            last = at;
        }
        return requests;
    }

    private static long cpu() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system ? system.getProcessCpuTime() : 0;
    }

    private static double heapMb() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
    }

    private static double residentMb() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0).sum();
    }

    private static long files() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
