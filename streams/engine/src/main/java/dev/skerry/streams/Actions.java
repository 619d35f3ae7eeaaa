package dev.skerry.streams;

import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import dev.skerry.model.RuleSpec;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a rule's rows set off, in order; {@link #set} never blocks. */
final class Actions implements AutoCloseable {

    private static final int QUEUE = 1_000;
    private static final int KEYS = 1_000;
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);
    private static final long ALERT_EVERY_MILLIS = 10_000;

    private sealed interface Action {}

    private record Write(Template device, Template property, Template value) implements Action {}

    private record Alert(String severity, Template message) implements Action {}

    private final String namespace;
    private final String subject;
    private final List<String> columns;
    private final List<Action> actions = new ArrayList<>();
    private final DeviceCommands commands;
    private final EventLog events;
    private final InstantSource clock;
    private final Queue<Runnable> alerts;
    private final LinkedBlockingDeque<Runnable> writes = new LinkedBlockingDeque<>(QUEUE);
    private final Map<String, Long> told = new LinkedHashMap<>();
    private final int device;
    private final @Nullable Thread writer;

    final AtomicLong done = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    final AtomicLong held = new AtomicLong();
    volatile String lastError = "";

    Actions(String namespace, String name, List<RuleSpec.Action> wished, List<String> columns, DeviceCommands commands,
            EventLog events, InstantSource clock, Queue<Runnable> alerts) {
        this.namespace = namespace;
        this.subject = "Rule/" + namespace + "/" + name;
        this.columns = columns;
        this.commands = commands;
        this.events = events;
        this.clock = clock;
        this.alerts = alerts;
        device = columns.indexOf("device");
        boolean writing = false;
        for (int i = 0; i < wished.size(); i++) {
            var at = "spec.actions[" + i + "]";
            var write = wished.get(i).write();
            var alert = wished.get(i).alert();
            if (write != null) {
                writing = true;
                actions.add(new Write(new Template(at + ".write.device", write.device(), columns),
                        new Template(at + ".write.property", write.property(), columns),
                        new Template(at + ".write.value", write.value(), columns)));
            }
            if (alert != null) {
                var severity = alert.severity() == null ? "warning" : alert.severity();
                if (!Set.of("info", "warning", "critical").contains(severity)) {
                    throw new SqlException(at + ".alert.severity: " + severity + " (expected: info, warning or critical)");
                }
                actions.add(new Alert(severity, new Template(at + ".alert.message", alert.message(), columns)));
            }
            if (write == null && alert == null) {
                throw new SqlException(at + ": empty (expected: write or alert)");
            }
        }
        writer = writing ? Thread.ofVirtual().name(subject).start(this::run) : null;
    }

    /** Called under the rule's lock, row after row. */
    void set(@Nullable Object[] row) {
        for (int i = 0; i < actions.size(); i++) {
            switch (actions.get(i)) {
                case Write w -> {
                    var target = w.device().fill(row);
                    var property = w.property().fill(row);
                    var value = w.value().fill(row);
                    // A newer wish is worth more than an old one.
                    while (!writes.offerLast(() -> write(target, property, value))) {
                        if (writes.pollFirst() != null) {
                            fail(target + "." + property + ": dropped for newer writes");
                        }
                    }
                }
                case Alert a -> {
                    if (due(i + "/" + (device >= 0 ? row[device] : ""))) {
                        var event = new EventLog.Event(0, clock.instant(), "alert", a.severity(), "", subject,
                                a.message().fill(row), fields(row));
                        if (!alerts.offer(() -> tell(event))) {
                            fail("alert: dropped, too many wait (expected: a disk that keeps up)");
                        }
                    } else {
                        held.incrementAndGet();
                    }
                }
            }
        }
    }

    private boolean due(String key) {
        long now = clock.millis();
        var last = told.get(key);
        if (last != null && now - last < ALERT_EVERY_MILLIS) {
            return false;
        }
        told.remove(key);
        told.put(key, now);
        if (told.size() > KEYS) {
            told.remove(told.keySet().iterator().next());
        }
        return true;
    }

    private Map<String, String> fields(@Nullable Object[] row) {
        var fields = new LinkedHashMap<String, String>();
        for (int i = 0; i < row.length; i++) {
            var value = row[i];
            if (value != null) {
                fields.put(columns.get(i), Template.show(value));
            }
        }
        return fields;
    }

    private void tell(EventLog.Event event) {
        try {
            events.append(event);
            done.incrementAndGet();
        } catch (IOException | RuntimeException e) {
            fail("alert: " + e.getMessage());
        }
    }

    private void write(String target, String property, String value) {
        try {
            var result = commands.write(namespace, target, property, value, subject, WRITE_TIMEOUT);
            if (result.done()) {
                done.incrementAndGet();
            } else {
                fail(result.message());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fail(target + "." + property + ": " + e.getMessage());
        }
    }

    private void fail(String message) {
        failed.incrementAndGet();
        lastError = message;
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                writes.takeFirst().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (writer != null) {
            writer.interrupt();
        }
    }
}
