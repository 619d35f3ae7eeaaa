package dev.skerry.devices.engine;

import dev.skerry.data.EventLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every write in the event log: who, what, before, after. Behind a queue, for no write waits on the disk. What one rule does to
 * one property again and again is one entry every ten seconds, with its count; what a person does is told by itself.
 */
final class WriteAudit implements AutoCloseable {

    private static final Logger LOG = System.getLogger(WriteAudit.class.getName());
    private static final int CAPACITY = 4_096;
    private static final int MOST_PENDING = 1_000;
    private static final long TOGETHER = TimeUnit.SECONDS.toNanos(10);
    private static final String RULE = "Rule/";

    /** One write, or several of the same rule to the same property. */
    record Entry(DeviceKey device, String property, String who, String value, @Nullable Object before, @Nullable Object after, String failure, int count, long at) {

        private String subject() {
            return device + "|" + property + "|" + who;
        }

        private Entry then(Entry next) {
            return new Entry(device, property, who, next.value, before, next.after, next.failure.isEmpty() ? failure : next.failure, count + 1, at);
        }
    }

    private final EventLog log;
    private final InstantSource clock;
    private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final Map<String, Entry> pending = new LinkedHashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    WriteAudit(EventLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
        thread = Thread.ofVirtual().name("device-audit").start(this::run);
    }

    /** Waits only if thousands of writes are not yet told. */
    void wrote(DeviceKey device, String property, String who, Object value, Written written) throws InterruptedException {
        var entry = new Entry(device, property, who, String.valueOf(value), written.before(), written.after(), written.message(), 1, System.nanoTime());
        if (!queue.offer(entry, 1, TimeUnit.SECONDS)) {
            LOG.log(Level.WARNING, "device " + device.name() + ": a write of " + property + " by " + who + " is not in the event log, which does not keep up");
        }
    }

    private void run() {
        try {
            while (!closed || !queue.isEmpty()) {
                var next = queue.poll(pending.isEmpty() ? 60_000 : 500, TimeUnit.MILLISECONDS);
                if (next != null) {
                    take(next);
                }
                tell(false);
            }
        } catch (InterruptedException e) {
            // Asked to end: what is left is told below.
        }
        for (var next = queue.poll(); next != null; next = queue.poll()) {
            take(next);
        }
        tell(true);
    }

    private void take(Entry next) {
        if (next.who().startsWith(RULE) && pending.size() < MOST_PENDING) {
            pending.merge(next.subject(), next, Entry::then);
        } else {
            append(next);
        }
    }

    private void tell(boolean all) {
        long now = System.nanoTime();
        for (var entries = pending.values().iterator(); entries.hasNext();) {
            var entry = entries.next();
            if (all || now - entry.at() >= TOGETHER) {
                entries.remove();
                append(entry);
            }
        }
    }

    private void append(Entry entry) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("device", entry.device().name());
        fields.put("property", entry.property());
        fields.put("value", entry.value());
        fields.put("who", entry.who());
        if (entry.before() != null) {
            fields.put("before", entry.before().toString());
        }
        if (entry.after() != null) {
            fields.put("after", entry.after().toString());
        }
        if (entry.count() > 1) {
            fields.put("count", Integer.toString(entry.count()));
        }
        var what = "device " + entry.device().name() + ": " + entry.property() + " = " + entry.value() + " by " + entry.who();
        var message = entry.failure().isEmpty() ? what : what + " failed: " + entry.failure();
        try {
            log.append(new EventLog.Event(0, clock.instant(), "write", entry.failure().isEmpty() ? "info" : "warning", "",
                    "Device/" + entry.device().namespace() + "/" + entry.device().name(), message, fields));
        } catch (IOException e) {
            LOG.log(Level.WARNING, message + ": not in the event log: " + e.getMessage());
        }
    }

    /** Tells what is left. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
