package dev.skerry.devices.engine;

import dev.skerry.data.BatchBuilder;
import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands.WriteResult;
import dev.skerry.data.Quality;
import dev.skerry.devices.engine.LineState.Kind;
import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.devices.spi.ReadPlan;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One device at work: a virtual thread that owns the connection, reads what is due, tells the bus, and writes. A write
 * goes before every read that has not begun. A line that broke is made anew, after a while that grows with each failure;
 * what was read from it is bad meanwhile, and is told once.
 */
final class DeviceLine implements AutoCloseable {

    private static final Logger LOG = System.getLogger(DeviceLine.class.getName());
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final int WRITES_BETWEEN_READS = 16;
    private static final long TELL_EVERY = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long QUIET_RECONNECT_EVERY = TimeUnit.SECONDS.toNanos(10);
    private static final long FOREVER = TimeUnit.DAYS.toNanos(1);

    private final DevicePlan plan;
    private final Bus bus;
    private final InstantSource clock;
    private final Backoff backoff;
    private final LineState.Listener listener;
    private final Map<String, PlannedPoint> points;
    private final WriteQueue writes = new WriteQueue();
    private final PointTally tally;
    private final Newest newest;
    private final Thread thread;

    private volatile LineState state;
    private volatile String explained = "";

    // Below: of the line's thread only.
    private final BatchBuilder rows;
    private List<PollGroup> groups = List.of();
    private @Nullable DeviceConnection connection;
    /** Since the line broke last; a write may have closed the connection meanwhile. */
    private boolean connected;
    private int tries;
    private long toldAt;
    private long reconnectedAt = System.nanoTime() - QUIET_RECONNECT_EVERY;

    private DeviceLine(DevicePlan plan, Bus bus, InstantSource clock, Backoff backoff, LineState.Listener listener) {
        this.plan = plan;
        this.bus = bus;
        this.clock = clock;
        this.backoff = backoff;
        this.listener = listener;
        points = plan.points().stream().collect(Collectors.toMap(point -> point.property().name(), Function.identity()));
        rows = new BatchBuilder(plan.schema());
        tally = new PointTally(plan);
        newest = new Newest(plan);
        state = new LineState(Kind.CONNECTING, "", 0, 0);
        thread = Thread.ofVirtual().name("device-" + plan.namespace() + "/" + plan.device()).unstarted(this::run);
    }

    /** Begins at once, and does not wait for the device. */
    static DeviceLine start(DevicePlan plan, Bus bus, InstantSource clock, Backoff backoff, LineState.Listener listener) {
        var line = new DeviceLine(plan, bus, clock, backoff, listener);
        line.thread.start();
        return line;
    }

    DevicePlan plan() {
        return plan;
    }

    LineState state() {
        return state;
    }

    /** How the reads are merged, in one line; empty before the first connection is tried. */
    String explained() {
        return explained;
    }

    /** The newest reading of each point that was read. */
    List<PointValue> values() {
        return newest.values();
    }

    boolean stopping() {
        return writes.stopping();
    }

    boolean alive() {
        return thread.isAlive();
    }

    /** Writes that wait for the line. */
    int waiting() {
        return writes.size();
    }

    /** From any thread, also from within a publication by this line. Blocks for at most {@code timeout}. */
    WriteResult write(String property, Object value, Duration timeout) throws InterruptedException {
        long began = System.nanoTime();
        var point = points.get(property);
        if (point == null) {
            return result(began, property, "unknown (expected: one of " + String.join(", ", points.keySet().stream().sorted().toList()) + ")");
        }
        if (!point.writable()) {
            return result(began, property, "is read only (expected: a property with access write or readWrite)");
        }
        RawValue raw;
        try {
            raw = Values.raw(point, value);
        } catch (InvalidValueException e) {
            return result(began, property + ":", String.valueOf(e.getMessage()));
        }
        return result(began, property + ":", Thread.currentThread() == thread ? send(point, raw) : writes.write(point, raw, timeout));
    }

    private WriteResult result(long began, String about, String why) {
        var took = Duration.ofNanos(System.nanoTime() - began);
        return new WriteResult(why.isEmpty(), why.isEmpty() ? "" : subject() + " " + about + " " + why, took);
    }

    /** Ends the thread and closes the connection; waits for both unless called by the line itself. */
    @Override
    public void close() {
        writes.stop("stopped");
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            if (!thread.join(STOP)) {
                LOG.log(Level.WARNING, subject() + ": still in its driver " + Shown.duration(STOP) + " after it was told to stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!writes.stopping()) {
                try {
                    serve();
                } catch (DriverException e) {
                    broken(e);
                } catch (RuntimeException | Error e) {
                    LOG.log(Level.DEBUG, subject() + ": failed", e);
                    broken(new DriverException(DriverException.Kind.GARBAGE, "driver " + plan.driver().scheme() + " failed: " + e, e));
                }
            }
        } catch (InterruptedException e) {
            // Asked to stop.
        } finally {
            disconnect();
            writes.stop("stopped");
        }
    }

    /** Connects and serves until the line breaks, which it throws, or is stopped. */
    private void serve() throws DriverException, InterruptedException {
        if (explained.isEmpty()) {
            groups = PollGroup.of(plan);
            explained = PollGroup.explain(groups);
        }
        connection = driving(() -> plan.driver().connect(plan.endpoint(), plan.timeout()));
        connected = true;
        writes.open();
        groups.forEach(group -> group.begin(System.nanoTime()));
        if (groups.isEmpty()) {
            answered();
        }
        while (!writes.stopping()) {
            sendWaiting();
            live();
            var next = next();
            long now = System.nanoTime();
            long wait = next == null ? FOREVER : next.due() - now;
            if (next != null && wait <= 0) {
                poll(next);
            } else {
                writes.await(tally.untold() ? Math.min(wait, TELL_EVERY) : wait);
                answered();
            }
        }
    }

    private @Nullable PollGroup next() {
        PollGroup next = null;
        for (var group : groups) {
            if (next == null || group.due() - next.due() < 0) {
                next = group;
            }
        }
        return next;
    }

    private void poll(PollGroup group) throws DriverException, InterruptedException {
        var reads = group.reads();
        var answers = new ArrayList<List<RawValue>>(reads.size());
        var refused = new ArrayList<ReadPlan>(0);
        for (var read : reads) {
            if (!answers.isEmpty()) {
                sendWaiting();
            }
            answers.add(read(read, refused));
        }
        rows.row(plan.device(), micros());
        for (int i = 0; i < answers.size(); i++) {
            putAll(group, reads.get(i), answers.get(i));
        }
        group.done(System.nanoTime());
        if (!refused.isEmpty() && group.halve(refused)) {
            explained = PollGroup.explain(groups);
        }
        publish();
        answered();
    }

    private List<RawValue> read(ReadPlan read, List<ReadPlan> refused) throws DriverException, InterruptedException {
        try {
            var live = live();
            var values = driving(() -> live.read(read));
            if (values.size() != read.points().size()) {
                throw new DriverException(DriverException.Kind.GARBAGE, "driver " + plan.driver().scheme() + ": " + values.size() + " values for "
                        + read.description() + " (expected: " + read.points().size() + ")");
            }
            return values;
        } catch (DriverException e) {
            if (e.kind().lineBroken()) {
                throw e;
            }
            refused.add(read);
            RawValue unreadable = new RawValue.Unreadable(String.valueOf(e.getMessage()));
            return read.points().stream().map(point -> unreadable).toList();
        }
    }

    private void putAll(PollGroup group, ReadPlan read, List<RawValue> values) {
        for (int i = 0; i < values.size(); i++) {
            var raw = values.get(i);
            for (var point : group.at(read.points().get(i))) {
                boolean bad = Values.put(rows, point, raw) == Quality.BAD;
                tally.count(point, bad, raw);
            }
        }
    }

    private void sendWaiting() throws DriverException, InterruptedException {
        for (int i = 0; i < WRITES_BETWEEN_READS; i++) {
            var pending = writes.poll();
            if (pending == null) {
                return;
            }
            // Completed whatever happens, or the caller waits in vain.
            var result = "stopped";
            try {
                result = send(pending.point(), pending.value());
            } finally {
                pending.result().complete(result);
            }
        }
    }

    /** On the line's thread. Answers an empty text if the device took the value, else why not. */
    private String send(PlannedPoint point, RawValue value) {
        var live = connection;
        if (live == null) {
            return state.kind() == Kind.LOST ? state.message() : "not connected";
        }
        try {
            driving(() -> {
                live.write(point.address(), value);
                return value;
            });
        } catch (DriverException e) {
            if (e.kind().lineBroken()) {
                disconnect();
            }
            return failure(e);
        } catch (InterruptedException e) {
            return "stopped";
        } catch (RuntimeException e) {
            disconnect();
            return "driver " + plan.driver().scheme() + " failed: " + e;
        }
        // Soon told to all who listen, as the device holds it now.
        groups.stream().filter(group -> group.holds(point)).forEach(group -> group.hurry(System.nanoTime()));
        return "";
    }

    private interface Driving<T> {
        T call() throws DriverException, InterruptedException;
    }

    private <T> T driving(Driving<T> call) throws DriverException, InterruptedException {
        writes.enterDriver();
        try {
            return call.call();
        } catch (InterruptedException e) {
            if (writes.stopping()) {
                throw e;
            }
            throw new DriverException(DriverException.Kind.CLOSED, "driver " + plan.driver().scheme() + " gave up without being asked to", e);
        } finally {
            writes.leaveDriver();
        }
    }

    /** A write may have broken the line meanwhile. */
    private DeviceConnection live() throws DriverException {
        if (connection == null) {
            throw new DriverException(DriverException.Kind.CLOSED, "line to " + plan.shownEndpoint() + " broke during a write");
        }
        return connection;
    }

    /** The device answers: says so once every group was read on this connection, and then whenever the counts change. */
    private void answered() {
        if (!groups.stream().allMatch(PollGroup::polled)) {
            return;
        }
        tries = 0;
        var kind = tally.bad() > 0 ? Kind.DEGRADED : Kind.ONLINE;
        boolean reachable = state.kind() == Kind.ONLINE || state.kind() == Kind.DEGRADED;
        boolean soon = reachable && System.nanoTime() - toldAt < TELL_EVERY;
        if ((reachable && !tally.untold()) || soon) {
            return;
        }
        tally.told();
        tell(new LineState(kind, kind == Kind.ONLINE ? "" : subject() + ": " + tally.complaint(), tally.good(), tally.bad()));
    }

    private void broken(DriverException e) throws InterruptedException {
        boolean wasServing = connected && groups.stream().allMatch(PollGroup::polled) && state.kind() != Kind.LOST;
        connected = false;
        disconnect();
        if (writes.stopping()) {
            return;
        }
        // Devices close idle or old lines: that alone is no loss.
        if (wasServing && e.kind() != DriverException.Kind.TIMEOUT && System.nanoTime() - reconnectedAt > QUIET_RECONNECT_EVERY) {
            reconnectedAt = System.nanoTime();
            return;
        }
        tries++;
        var wait = backoff.after(tries);
        boolean first = state.kind() != Kind.LOST;
        var why = failure(e);
        writes.refuse(why);
        if (first || Integer.bitCount(tries) == 1) {
            tally.lost();
            var message = subject() + ": " + why + " (try " + tries + ", next in " + Shown.duration(wait) + ")";
            tell(new LineState(Kind.LOST, message, 0, tally.polled()));
        }
        if (first) {
            publishBad();
        }
        long until = System.nanoTime() + wait.toNanos();
        for (long left = wait.toNanos(); left > 0 && !writes.stopping(); left = until - System.nanoTime()) {
            writes.await(left);
        }
    }

    private String failure(DriverException e) {
        return e.kind() == DriverException.Kind.TIMEOUT
                ? "no answer from " + plan.shownEndpoint() + " in " + Shown.duration(plan.timeout()) : String.valueOf(e.getMessage());
    }

    private void publishBad() {
        if (tally.polled() == 0) {
            return;
        }
        rows.row(plan.device(), micros());
        plan.points().stream().filter(PlannedPoint::polled).forEach(point -> rows.bad(point.field()));
        publish();
    }

    private void publish() {
        var row = rows.build();
        newest.put(row);
        bus.publish(row);
    }

    private void tell(LineState now) {
        var old = state;
        if (old.equals(now)) {
            return;
        }
        state = now;
        toldAt = System.nanoTime();
        try {
            listener.changed(old, now);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, subject() + ": its state was not told on", e);
        }
    }

    private void disconnect() {
        var closing = connection;
        connection = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, subject() + ": its connection did not close: " + e);
            }
        }
    }

    private long micros() {
        var now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    private String subject() {
        return "device " + plan.device();
    }
}
