package dev.skerry.bench;

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
import dev.skerry.streams.RuleEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * From a reading to the write that it sets off, inside one process: what Skerry adds to a device's own time. A source publishes at a
 * fixed rate from a virtual thread, as a device's line does; the durable log listens before the rule, as in the program; every
 * second reading lets the rule's condition hold.
 */
final class RuleLoop {

    private static final String NAMESPACE = "default";
    private static final StreamSchema PRESS = new StreamSchema(NAMESPACE, "press", List.of(
            new Field("temp", ValueType.FLOAT, "Cel"), new Field("number", ValueType.INTEGER, ""), new Field("mode", ValueType.STRING, "")));
    private static final RuleSpec RULE = new RuleSpec(
            "SELECT device, number FROM press WHERE temp * 1.8 + 32 > 100 AND mode = 'auto'",
            List.of(new RuleSpec.Action(new RuleSpec.Write("{{.device}}", "valve", "{{.number}}"), null)),
            false);
    private static final double HOT = 60;
    private static final double COLD = 20;
    private static final Duration MOST = Duration.ofSeconds(30);

    private final int warmUp;
    private final long[] begun;
    private final Latencies latencies;
    private final CountDownLatch arrived;

    private RuleLoop(int warmUp, int samples) {
        this.warmUp = warmUp;
        begun = new long[warmUp + samples];
        latencies = new Latencies(samples);
        arrived = new CountDownLatch(warmUp + samples);
    }

    /** @param perSecond writes that the source sets off */
    static void measure(Path folder, int warmUp, int samples, int perSecond, Figures figures) throws IOException, InterruptedException {
        var loop = new RuleLoop(warmUp, samples);
        var clock = InstantSource.system();
        try (var events = FileEventLog.open(folder.resolve("events"));
                var bus = new LocalBus();
                var log = DurableLog.open(folder.resolve("log"), LogSettings.defaults(), clock);
                var ear = log.attach(bus);
                var engine = new RuleEngine(bus, loop::write, events, clock);
                var rule = engine.start(NAMESPACE, "valve", RULE, (namespace, stream) -> Optional.of(PRESS))) {
            var source = Thread.ofVirtual().name("source").start(() -> loop.publish(bus, TimeUnit.SECONDS.toNanos(1) / perSecond));
            try {
                if (!loop.arrived.await(MOST.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IOException(loop.arrived.getCount() + " of " + loop.begun.length + " writes did not arrive in " + MOST.toSeconds()
                            + "s (" + rule.stats() + ", " + ear.dropped() + " batches dropped)");
                }
            } finally {
                source.interrupt();
                source.join();
            }
        }
        loop.latencies.into(figures, "loop");
    }

    private void publish(LocalBus bus, long every) {
        var rows = new BatchBuilder(PRESS);
        var next = System.nanoTime();
        for (int number = 0; number < begun.length && !Thread.currentThread().isInterrupted(); number++) {
            next = await(next + every / 2);
            bus.publish(row(rows, COLD, number).build());
            next = await(next + every / 2);
            begun[number] = System.nanoTime();
            bus.publish(row(rows, HOT, number).build());
        }
    }

    private static long await(long moment) {
        while (System.nanoTime() - moment < 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(moment - System.nanoTime());
        }
        return moment;
    }

    private static BatchBuilder row(BatchBuilder rows, double temp, int number) {
        return rows.row("press-1", TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()))
                .put(0, temp).put(1, (long) number).put(2, "auto");
    }

    /** The device: on the rule's own thread, one write after the other. */
    private DeviceCommands.WriteResult write(
            String namespace, String device, String property, Object value, String who, Duration timeout) {
        var now = System.nanoTime();
        var number = Integer.parseInt(value.toString());
        if (number >= warmUp) {
            latencies.add(now - begun[number]);
        }
        arrived.countDown();
        return new DeviceCommands.WriteResult(true, "", Duration.ZERO);
    }
}
