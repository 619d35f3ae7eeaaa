package dev.skerry.streams;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import dev.skerry.model.RuleSpec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Runs rules on the publisher's thread. Writes go through a queue of the rule's own, alerts through one of the engine's, so
 * that no publisher waits for a device or a disk. One thread closes the windows of all rules.
 */
public final class RuleEngine implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RuleEngine.class.getName());
    private static final int ALERTS = 1_000;
    private static final long TICK_MILLIS = 20;
    private static final long IDLE_MILLIS = 500;

    private final Bus bus;
    private final DeviceCommands commands;
    private final EventLog events;
    private final InstantSource clock;
    private final List<RunningRule> windows = new CopyOnWriteArrayList<>();
    private final ArrayBlockingQueue<Runnable> alerts = new ArrayBlockingQueue<>(ALERTS);
    private final Thread alerter;
    private final Thread timer;
    private volatile boolean closed;

    public RuleEngine(Bus bus, DeviceCommands commands, EventLog events, InstantSource clock) {
        this.bus = bus;
        this.commands = commands;
        this.events = events;
        this.clock = clock;
        alerter = Thread.ofVirtual().name("rule-alerts").start(this::tellAlerts);
        timer = Thread.ofVirtual().name("rule-windows").start(this::turnWindows);
    }

    /**
     * Compiles a rule and lets it run until its handle is closed.
     *
     * @throws SqlException if the rule is wrong; nothing was started
     * @throws UnknownStreamException if FROM names no stream that is there yet
     */
    public RuleHandle start(String namespace, String name, RuleSpec spec, SchemaLookup schemas) {
        var plan = Compiler.compile(spec.sql(), namespace, schemas);
        var actions = new Actions(namespace, name, spec.actions(), plan.columns(), commands, events, clock, alerts);
        var rule = new RunningRule(namespace, plan, actions, clock, windows::remove);
        if (plan.windowed()) {
            windows.add(rule);
        }
        rule.listen(bus, "rule " + namespace + "/" + name);
        return rule;
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
            while (!closed) {
                Thread.sleep(windows.isEmpty() ? IDLE_MILLIS : TICK_MILLIS);
                tick();
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
    }
}
