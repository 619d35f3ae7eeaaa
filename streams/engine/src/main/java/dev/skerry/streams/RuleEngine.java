package dev.skerry.streams;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.model.RuleSpec;
import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.functions.KeyedStates;
import dev.skerry.streams.sql.Catalogue;
import dev.skerry.streams.sql.Query;
import dev.skerry.streams.sql.RuleOptions;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs rules on the publisher's thread. Writes go through a queue of the rule's own, alerts through one of the engine's, so
 * that no publisher waits for a device or a disk. One thread closes the windows of all rules.
 */
public final class RuleEngine implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RuleEngine.class.getName());
    private static final int ALERTS = 1_000;
    private static final long TICK_MILLIS = 20;
    private static final long IDLE_MILLIS = 500;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final long KEEP_EVERY_TURNS = 100;

    private final EngineParts parts;
    private final @Nullable Checkpoints checkpoints;
    private final KeyedStates kept = new KeyedStates();
    private final Bus bus;
    private final InstantSource clock;
    private final RowHub hub = new RowHub();
    private final AtomicReference<@Nullable HttpClient> http = new AtomicReference<>();
    private final List<Ticking> windows = new CopyOnWriteArrayList<>();
    private final ArrayBlockingQueue<Runnable> alerts = new ArrayBlockingQueue<>(ALERTS);
    private final Thread alerter;
    private final Thread timer;
    private volatile boolean closed;

    /** An engine whose rules forget when it ends. */
    public RuleEngine(Bus bus, DeviceCommands commands, EventLog events, InstantSource clock) {
        this(EngineParts.of(bus, commands, events, clock), null);
    }

    private RuleEngine(EngineParts parts, @Nullable Checkpoints checkpoints) {
        this.parts = parts;
        this.checkpoints = checkpoints;
        bus = parts.bus();
        clock = parts.clock();
        if (checkpoints != null) {
            checkpoints.restore(kept);
        }
        alerter = Thread.ofVirtual().name("rule-alerts").start(this::tellAlerts);
        timer = Thread.ofVirtual().name("rule-windows").start(this::turnWindows);
    }

    /** An engine with these parts; with a folder its rules go on after a restart where they stood. */
    public static RuleEngine of(EngineParts parts) throws IOException {
        var folder = parts.folder();
        return new RuleEngine(parts, folder == null ? null : new Checkpoints(folder.resolve("state"), parts.log()));
    }

    /** One client for all rules, made with the first message. */
    private HttpClient http() {
        var made = http.get();
        if (made == null) {
            made = HttpClient.newBuilder().connectTimeout(CONNECT).build();
            if (!http.compareAndSet(null, made)) {
                made.close();
                made = java.util.Objects.requireNonNull(http.get());
            }
        }
        return made;
    }

    /** Puts on disk what rules remember, as far as it has changed. It happens by itself now and then. */
    public void checkpoint() {
        windows.forEach(Ticking::checkpoint);
        keepStates();
    }

    private void keepStates() {
        if (checkpoints != null) {
            checkpoints.save(kept);
        }
    }

    /** The rule is no more: what it remembered is deleted. */
    public void forget(String namespace, String name) {
        if (checkpoints != null) {
            checkpoints.forget(key(namespace, name));
        }
    }

    /** There are these rules, as {@code namespace/name}, and no others: what others remembered is deleted. */
    public void retain(Set<String> rules) {
        if (checkpoints != null) {
            checkpoints.retain(rules);
        }
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }

    private Optional<RuleMemory> memory(String namespace, String name, RuleSpec spec) {
        var options = spec.options();
        var mode = StateMode.of(options == null ? null : options.state());
        return checkpoints == null ? Optional.empty() : Optional.of(new RuleMemory(checkpoints, key(namespace, name), mode, clock.millis()));
    }

    /**
     * Compiles a rule and lets it run until its handle is closed.
     *
     * @throws SqlException if the rule is wrong; nothing was started
     * @throws UnknownStreamException if FROM names no stream that is there yet
     */
    public RuleHandle start(String namespace, String name, RuleSpec spec, SchemaLookup schemas) {
        Plan plan;
        try {
            if (spec.options() != null && spec.options().asksGeneralEngine()) {
                return general(namespace, name, spec, schemas);
            }
            plan = Compiler.compile(spec.sql(), namespace, schemas);
        } catch (BeyondException | UnknownStreamException e) {
            return general(namespace, name, spec, schemas);
        }
        var memory = memory(namespace, name, spec);
        var actions = new Actions(namespace, name, spec.actions(), plan.columns(), parts, hub, this::http, alerts);
        var rule = new RunningRule(namespace, plan, actions, clock, windows::remove);
        if (plan.windowed()) {
            windows.add(rule);
        }
        rule.listen(bus, "rule " + namespace + "/" + name, plan.windowed() ? memory : Optional.empty());
        return rule;
    }

    private RuleHandle general(String namespace, String name, RuleSpec spec, SchemaLookup schemas) {
        var wished = spec.options();
        boolean ekuiper = wished != null && Boolean.TRUE.equals(wished.ekuiper());
        var functions = ekuiper ? FunctionTable.ekuiper() : FunctionTable.standard();
        var options = RuleOptions.DEFAULT.withErrors(false).likeEkuiper(ekuiper);
        if (wished != null && Boolean.TRUE.equals(wished.eventTime())) {
            var tolerance = wished.lateTolerance();
            options = options.inEventTime(tolerance == null ? Duration.ZERO : tolerance.getDuration());
        }
        try {
            var catalogue = new Catalogue(functions);
            var found = new ArrayList<StreamSchema>();
            var fed = new LinkedHashMap<String, List<String>>();
            for (var stream : Query.sourcesOf(spec.sql(), functions)) {
                var schema = schemas.find(namespace, stream);
                if (schema.isPresent()) {
                    found.add(schema.get());
                    catalogue.define(stream, columns(schema.get()));
                } else {
                    fed.put(stream, hub.columns(namespace, stream).orElseThrow(() -> new UnknownStreamException(stream)));
                    catalogue.define(stream, Map.of());
                }
            }
            var query = Query.of(spec.sql(), catalogue, options);
            var memory = memory(namespace, name, spec);
            var actions = new Actions(namespace, name, spec.actions(), query.columns(fed), parts, hub, this::http, alerts);
            var rule = new GeneralRule(namespace, name, query, query.columns(fed), List.copyOf(found), List.copyOf(fed.keySet()), actions, clock, kept, windows::remove);
            windows.add(rule);
            if (wished != null && wished.lateRows() != null) {
                hub.declare(namespace, wished.lateRows(), lateColumns(found, fed));
                rule.giveLateTo(hub, wished.lateRows());
            }
            rule.listen(bus, hub, rule.remembers() ? memory : Optional.empty());
            return rule;
        } catch (dev.skerry.streams.sql.SqlException e) {
            throw new SqlException(String.valueOf(e.getMessage()));
        }
    }

    /** A row that was late comes as it was, with the name of its source. */
    private static List<String> lateColumns(List<StreamSchema> found, Map<String, List<String>> fed) {
        var columns = new LinkedHashSet<String>(List.of("source"));
        found.forEach(s -> columns.addAll(columns(s).keySet()));
        fed.values().forEach(columns::addAll);
        return List.copyOf(columns);
    }

    private static Map<String, String> columns(StreamSchema schema) {
        var columns = new LinkedHashMap<String, String>();
        columns.put("device", "STRING");
        schema.fields().forEach(f -> columns.put(f.name(), f.type() == ValueType.INTEGER ? "BIGINT" : f.type().name()));
        return columns;
    }

    /** Closes every window whose end the clock has reached. The timer calls it; a test may. */
    void tick() {
        for (var rule : windows) {
            try {
                rule.tick();
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "rule window: failed", e);
            }
        }
    }

    private void turnWindows() {
        try {
            for (long turn = 1; !closed; turn++) {
                Thread.sleep(windows.isEmpty() ? IDLE_MILLIS : TICK_MILLIS);
                tick();
                if (turn % KEEP_EVERY_TURNS == 0) {
                    keepStates();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellAlerts() {
        try {
            while (!closed) {
                var next = alerts.poll(1, TimeUnit.MINUTES);
                if (next != null) {
                    next.run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the threads; the handles are their owners' to close. */
    @Override
    public void close() {
        closed = true;
        alerter.interrupt();
        timer.interrupt();
        try {
            timer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        keepStates();
        hub.close();
        var made = http.get();
        if (made != null) {
            made.close();
        }
    }
}
