package dev.skerry.streams;

import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import dev.skerry.model.RuleSpec;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
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

    private record Feed(String topic) implements Action {}

    private record Encode(RowJson json) implements Action {}

    private record Send(Delivery delivery) implements Action {}

    private final String namespace;
    private final String subject;
    private final List<String> columns;
    private final List<Action> actions = new ArrayList<>();
    private final EngineParts parts;
    private final RowHub hub;
    private final Supplier<HttpClient> http;
    private final DeviceCommands commands;
    private final EventLog events;
    private final InstantSource clock;
    private final Queue<Runnable> alerts;
    private final @Nullable LinkedBlockingDeque<Runnable> writes;
    private final Map<String, Long> told = new LinkedHashMap<>();
    private final int device;
    private final @Nullable Thread writer;

    final AtomicLong done = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    final AtomicLong held = new AtomicLong();
    volatile String lastError = "";

    Actions(String namespace, String name, List<RuleSpec.Action> wished, List<String> columns, EngineParts parts, RowHub hub, Supplier<HttpClient> http,
            Queue<Runnable> alerts) {
        this.namespace = namespace;
        this.subject = "Rule/" + namespace + "/" + name;
        this.columns = columns;
        this.parts = parts;
        this.hub = hub;
        this.http = http;
        this.commands = parts.commands();
        this.events = parts.events();
        this.clock = parts.clock();
        this.alerts = alerts;
        device = columns.indexOf("device");
        try {
            for (int i = 0; i < wished.size(); i++) {
                actions.add(action(i, wished.get(i), name));
            }
        } catch (SqlException e) {
            close();
            throw e;
        }
        boolean writing = actions.stream().anyMatch(a -> a instanceof Write);
        writes = writing ? new LinkedBlockingDeque<>(QUEUE) : null;
        writer = writing ? Thread.ofVirtual().name(subject).start(this::run) : null;
    }

    private Action action(int i, RuleSpec.Action wished, String name) {
        var at = "spec.actions[" + i + "]";
        var set = Stream.of(wished.write(), wished.alert(), wished.memory(), wished.http(), wished.mqtt(), wished.file(), wished.nop()).filter(Objects::nonNull).toList();
        if (set.size() != 1) {
            throw new SqlException(at + ": " + (set.isEmpty() ? "empty" : set.size() + " ways") + " (expected: one of write, alert, memory, http, mqtt, file or nop)");
        }
        return switch (set.getFirst()) {
            case RuleSpec.Write write -> new Write(new Template(at + ".write.device", write.device(), columns),
                    new Template(at + ".write.property", write.property(), columns), new Template(at + ".write.value", write.value(), columns));
            case RuleSpec.Alert alert -> {
                var severity = alert.severity() == null ? "warning" : alert.severity();
                if (!Set.of("info", "warning", "critical").contains(severity)) {
                    throw new SqlException(at + ".alert.severity: " + severity + " (expected: info, warning or critical)");
                }
                yield new Alert(severity, new Template(at + ".alert.message", alert.message(), columns));
            }
            case RuleSpec.Memory memory -> {
                hub.declare(namespace, memory.topic(), columns);
                yield new Feed(memory.topic());
            }
            case RuleSpec.Nop nop -> new Encode(new RowJson(columns));
            case RuleSpec.Http to -> send(i, name, at, wished, Outlets.http(at + ".http", to, http), null);
            case RuleSpec.Mqtt to -> send(i, name, at, wished, Outlets.mqtt(at + ".mqtt", to, parts.mqtt()), new Template(at + ".mqtt.topic", to.topic(), columns));
            case RuleSpec.ToFile to -> send(i, name, at, wished, Outlets.file(at + ".file", to, folder("files")), null);
            default -> throw new IllegalStateException(at);
        };
    }

    private @Nullable Path folder(String name) {
        return parts.folder() == null ? null : parts.folder().resolve(name);
    }

    private Send send(int i, String name, String at, RuleSpec.Action wished, Outlet outlet, @Nullable Template address) {
        var outbox = folder("outbox");
        return new Send(new Delivery(subject + " " + i, outlet, address, wished.delivery(), columns, at,
                outbox == null ? null : outbox.resolve(namespace + "." + name + "." + i), new Delivery.Told() {
                    @Override
                    public void arrived(int rows) {
                        done.addAndGet(rows);
                    }

                    @Override
                    public void lost(int rows, String why) {
                        failed.addAndGet(rows);
                        lastError = at + ": " + why;
                    }

                    @Override
                    public void delayed(String why) {
                        lastError = at + ": tried again: " + why;
                    }
                }));
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
                    while (writes != null && !writes.offerLast(() -> write(target, property, value))) {
                        if (writes.pollFirst() != null) {
                            fail(target + "." + property + ": dropped for newer writes");
                        }
                    }
                }
                case Send to -> to.delivery().add(row);
                case Encode to -> {
                    to.json().clear().row(row, null);
                    done.incrementAndGet();
                }
                case Feed to -> {
                    var values = new LinkedHashMap<String, @Nullable Object>();
                    for (int c = 0; c < row.length; c++) {
                        if (row[c] != null) {
                            values.put(columns.get(c), row[c]);
                        }
                    }
                    if (hub.offer(namespace, to.topic(), values)) {
                        done.incrementAndGet();
                    } else {
                        fail("memory " + to.topic() + ": too many rows wait, the oldest is dropped (expected: rules that keep up)");
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
            while (writes != null && !Thread.currentThread().isInterrupted()) {
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
        for (var action : actions) {
            if (action instanceof Send to) {
                to.delivery().close();
            }
        }
    }
}
