package dev.skerry.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.skerry.data.BatchBuilder;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.DurableLog;
import dev.skerry.data.Field;
import dev.skerry.data.FileEventLog;
import dev.skerry.data.LocalBus;
import dev.skerry.data.LogSettings;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.model.RuleSpec;
import dev.skerry.streams.EngineParts;
import dev.skerry.streams.RuleEngine;
import dev.skerry.streams.RuleHandle;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Rules under load, in this process: one thread publishes and, since rules run on the publisher's thread, does all the work. Figures are in
 * processor seconds of the whole process, collector and compiler included. The rows are those of the measurement of eKuiper: a device, two
 * floats and a time.
 */
final class RuleLoad {

    private static final String NAMESPACE = "default";
    private static final StreamSchema SENSOR = new StreamSchema(NAMESPACE, "sensor", List.of(
            new Field("deviceId", ValueType.STRING, ""), new Field("temperature", ValueType.FLOAT, ""), new Field("humidity", ValueType.FLOAT, ""),
            new Field("ts", ValueType.INTEGER, "")));
    private static final StreamSchema LIMITS = new StreamSchema(NAMESPACE, "limits", List.of(
            new Field("deviceId", ValueType.STRING, ""), new Field("most", ValueType.FLOAT, "")));
    private static final RuleSpec.Action ENCODE = new RuleSpec.Action(null, null, null, null, null, null, new RuleSpec.Nop(), null);
    private static final String FILTER = "SELECT deviceId, temperature, humidity, ts FROM sensor WHERE temperature > 50";
    private static final String WINDOW = "SELECT deviceId, avg(temperature) AS t, count(*) AS n FROM sensor GROUP BY deviceId, TUMBLINGWINDOW(ss, 10)";
    private static final double NANOS = 1e9;
    private static final int BATCH = 100;

    private RuleLoad() {}

    /** An engine on a bus of its own with a clock that the load moves. */
    private static final class Ground implements AutoCloseable {
        final LocalBus bus = new LocalBus();
        final AtomicLong now = new AtomicLong(1_700_000_000_000L);
        final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
        final RuleEngine engine;
        final List<RuleHandle> rules = new ArrayList<>();

        Ground() {
            engine = new RuleEngine(bus, RuleLoad::refuse, new NoEvents(), clock);
        }

        RuleHandle start(String name, String sql) {
            var rule = engine.start(NAMESPACE, name, new RuleSpec(sql, List.of(ENCODE), false), RuleLoad::find);
            rules.add(rule);
            return rule;
        }

        @Override
        public void close() {
            rules.forEach(RuleHandle::close);
            engine.close();
            bus.close();
        }
    }

    private static Optional<StreamSchema> find(String namespace, String stream) {
        return Optional.of(stream.equals("limits") ? LIMITS : SENSOR);
    }

    private static DeviceCommands.WriteResult refuse(String namespace, String device, String property, Object value, String who, Duration timeout) {
        return new DeviceCommands.WriteResult(false, "no devices", Duration.ZERO);
    }

    private static BatchBuilder row(BatchBuilder rows, String device, int i, long now) {
        return rows.row(device, now * 1_000).put(0, device).put(1, i % 2 == 0 ? 20.5 + i % 10 : 60.25 + i % 10).put(2, 40.0 + i % 7).put(3, now);
    }

    /** Processor seconds of this process while it runs. */
    private static double cpu(Runnable work) {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = system.getProcessCpuTime();
        work.run();
        return (system.getProcessCpuTime() - before) / NANOS;
    }

    private static void messages(Ground field, int count) {
        var rows = new BatchBuilder(SENSOR);
        for (int i = 0; i < count; i++) {
            field.bus.publish(row(rows, "device-1", i, field.now.get()).build());
        }
    }

    static void many(int rules, int messages, Figures figures) {
        try (var field = new Ground()) {
            for (int i = 0; i < rules; i++) {
                field.start("r" + i, FILTER);
            }
            messages(field, messages / 4);
            double took = cpu(() -> messages(field, messages));
            figures.add("filterEvaluationsPerCpuSecond", (double) messages * rules / took, "1/s");
        }
    }

    static void filters(int count, Figures figures) {
        for (var one : List.of(new String[] {"filterRowsPerCpuSecond", "SELECT deviceId FROM sensor WHERE temperature > 1000"},
                new String[] {"projectRowsPerCpuSecond", "SELECT deviceId, temperature * 1.8 + 32 AS f, humidity FROM sensor"})) {
            try (var field = new Ground()) {
                field.start("r", one[1]);
                batches(field, 1, count / 4);
                figures.add(one[0], count / cpu(() -> batches(field, 1, count)), "1/s");
            }
        }
    }

    private static void batches(Ground field, int keys, int count) {
        var devices = new String[keys];
        for (int i = 0; i < keys; i++) {
            devices[i] = "device-" + i;
        }
        var rows = new BatchBuilder(SENSOR);
        for (int i = 0; i < count; i++) {
            row(rows, devices[i % keys], i, field.now.get());
            if (rows.size() == BATCH) {
                field.now.addAndGet(10);
                field.bus.publish(rows.build());
            }
        }
    }

    static void windows(int count, Figures figures) {
        for (int keys : new int[] {1, 1_000, 100_000}) {
            try (var field = new Ground()) {
                field.start("w", WINDOW);
                batches(field, keys, count / 4);
                figures.add("window" + keys + "KeysCpuSecondsPerMillion", cpu(() -> batches(field, keys, count)) / count * 1e6, "s");
            }
        }
        try (var field = new Ground()) {
            field.start("w", WINDOW.replace("TUMBLINGWINDOW(ss, 10)", "HOPPINGWINDOW(ss, 10, 5)"));
            batches(field, 1_000, count / 10);
            figures.add("hopping1000KeysCpuSecondsPerMillion", cpu(() -> batches(field, 1_000, count / 2)) / (count / 2.0) * 1e6, "s");
        }
    }

    static void join(int count, Figures figures) {
        try (var field = new Ground()) {
            field.start("j", "SELECT sensor.deviceId, temperature, most FROM sensor INNER JOIN limits ON sensor.deviceId = limits.deviceId"
                    + " WHERE temperature > most GROUP BY TUMBLINGWINDOW(ss, 1)");
            var limits = new BatchBuilder(LIMITS);
            double took = cpu(() -> {
                for (int second = 0; second < Math.max(1, count / 1_000); second++) {
                    for (int i = 0; i < 100; i++) {
                        limits.row("device-" + i, field.now.get() * 1_000).put(0, "device-" + i).put(1, 50.0);
                    }
                    field.bus.publish(limits.build());
                    batches(field, 100, 1_000);
                    field.now.addAndGet(900);
                }
            });
            figures.add("joinCpuSecondsPerMillion", took / count * 1e6, "s");
        }
    }

    static void burst(int rules, int messages, Figures figures) {
        try (var field = new Ground()) {
            for (int i = 0; i < rules; i++) {
                field.start("r" + i, FILTER);
            }
            long began = System.nanoTime();
            messages(field, messages);
            double took = (System.nanoTime() - began) / NANOS;
            long came = field.rules.stream().mapToLong(r -> r.stats().actionsDone()).sum();
            figures.add("lostInBurst", (double) ((long) rules * messages / 2 - came), "rows");
            figures.add("burstSeconds", took, "s");
        }
    }

    static void latency(Figures figures) throws InterruptedException {
        for (int others : new int[] {0, 300}) {
            try (var field = new Ground()) {
                for (int i = 0; i < others; i++) {
                    field.start("other" + i, FILTER);
                }
                var last = field.start("r", FILTER);
                int samples = 2_000;
                var latencies = new Latencies(samples);
                var rows = new BatchBuilder(SENSOR);
                for (int i = 0; i < samples + 500; i++) {
                    long before = System.nanoTime();
                    field.bus.publish(row(rows, "device-1", 1, field.now.get()).build());
                    if (last.stats().actionsDone() == 0) {
                        throw new IllegalStateException("no result");
                    }
                    if (i >= 500) {
                        latencies.add(System.nanoTime() - before);
                    }
                    TimeUnit.MICROSECONDS.sleep(500);
                }
                latencies.into(figures, others == 0 ? "rule" : "ruleAmong300");
            }
        }
    }

    private static double usedKb() throws InterruptedException {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(50);
            var runtime = Runtime.getRuntime();
            least = Math.min(least, (runtime.totalMemory() - runtime.freeMemory()) / 1024.0);
        }
        return least;
    }

    static void memory(int rules, Figures figures) throws InterruptedException {
        try (var field = new Ground()) {
            field.start("first", FILTER);
            messages(field, 100);
            double before = usedKb();
            long began = System.nanoTime();
            for (int i = 0; i < rules; i++) {
                field.start("r" + i, "SELECT deviceId, temperature, humidity, ts FROM sensor WHERE temperature > " + (20 + i % 60));
            }
            figures.add("rulesStartedPerSecond", rules / ((System.nanoTime() - began) / NANOS), "1/s");
            figures.add("kbPerRule", (usedKb() - before) / rules, "KB");
            messages(field, 200);
            figures.add("kbPerRuleAfterTraffic", (usedKb() - before) / rules, "KB");
        }
    }

    /** A window of 1,000 keys in ten rules, put on disk; then the process forgets, and takes it up again with what the log holds. */
    static void state(Path folder, int readings, Figures figures) throws IOException, InterruptedException {
        var clock = InstantSource.system();
        try (var events = FileEventLog.open(folder.resolve("events"));
                var log = DurableLog.open(folder.resolve("log"), LogSettings.defaults(), clock)) {
            var parts = new EngineParts(new LocalBus(), RuleLoad::refuse, events, clock, folder.resolve("rules"), log, dev.skerry.streams.MqttPort.NONE);
            var engine = RuleEngine.of(parts);
            var ten = start(engine);
            publish(parts, log, 20_000);
            long began = System.nanoTime();
            engine.checkpoint();
            figures.add("checkpointMs", (System.nanoTime() - began) / 1e6, "ms");
            publish(parts, log, readings);
            // As a power cut: nothing is written any more.
            var again = new EngineParts(new LocalBus(), RuleLoad::refuse, events, clock, folder.resolve("rules"), log, dev.skerry.streams.MqttPort.NONE);
            began = System.nanoTime();
            try (var second = RuleEngine.of(again)) {
                var handles = start(second);
                figures.add("recoverySeconds", (System.nanoTime() - began) / NANOS, "s");
                Progress.say("  " + handles.getFirst().beginning());
                handles.forEach(RuleHandle::close);
            }
            ten.forEach(RuleHandle::close);
            engine.close();
        }
    }

    private static List<RuleHandle> start(RuleEngine engine) {
        var all = new ArrayList<RuleHandle>();
        for (int i = 0; i < 10; i++) {
            all.add(engine.start(NAMESPACE, "w" + i, new RuleSpec(WINDOW.replace("ss, 10", "hh, 1"), List.of(ENCODE), false), RuleLoad::find));
        }
        return all;
    }

    private static void publish(EngineParts parts, DurableLog log, int count) throws InterruptedException {
        var rows = new BatchBuilder(SENSOR);
        long position = 0;
        for (int i = 0; i < count; i++) {
            row(rows, "device-" + i % 1_000, i, parts.clock().millis());
            if (rows.size() == BATCH) {
                var batch = rows.build();
                position = log.append(batch);
                parts.bus().publish(batch);
            }
        }
        log.awaitDurable(position, Duration.ofSeconds(30));
    }
}
