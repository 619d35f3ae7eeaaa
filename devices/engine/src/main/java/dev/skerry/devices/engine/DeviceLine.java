package dev.skerry.devices.engine;

import dev.skerry.data.Bus;
import dev.skerry.devices.engine.LineState.Kind;
import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PushingConnection;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.devices.spi.Secrets;
import dev.skerry.model.DeviceModelSpec.Event;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
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
    private static final int MESSAGES_BETWEEN_READS = 256;
    private static final long TELL_EVERY = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long QUIET_RECONNECT_EVERY = TimeUnit.SECONDS.toNanos(10);
    private static final long STUCK_GRACE = TimeUnit.SECONDS.toNanos(10);
    private static final long FOREVER = TimeUnit.DAYS.toNanos(1);

    private final DevicePlan plan;
    private final LineState.Listener listener;
    private final Map<String, PlannedPoint> points;
    private final WriteQueue writes = new WriteQueue();
    private final Readings readings;
    private final PointTally tally;
    private final Driving driving;
    private final Pace pace;
    private final Setting setting;
    private final Thread thread;

    private volatile LineState state;
    private volatile String explained = "";

    // Below: of the line's thread only.
    private List<PollGroup> groups = List.of();
    /** What the device tells by itself on this connection, if it does. */
    private @Nullable Hearing hearing;
    private @Nullable DeviceConnection connection;
    /** Since the line broke last; a write may have closed the connection meanwhile. */
    private boolean connected;
    private int tries;
    private long toldAt;
    private long reconnectedAt = System.nanoTime() - QUIET_RECONNECT_EVERY;

    /**
     * What a line needs of the site.
     *
     * @param turns of the line that it shares; null if it has its own
     * @param secrets what the device asks for, looked up at each connection
     * @param notice is told what the model calls an event; must not block
     * @param preempt whether a write goes between the requests of a round, and not only after it; a bench measures what that gives
     */
    record Setting(
            Bus bus, InstantSource clock, Backoff backoff, @Nullable Turns turns, Function<DevicePlan, Secrets> secrets, BiConsumer<Event, String> notice,
            boolean preempt) {}

    private DeviceLine(DevicePlan plan, Setting setting, LineState.Listener listener) {
        this.plan = plan;
        this.setting = setting;
        this.listener = listener;
        points = plan.points().stream().collect(Collectors.toMap(point -> point.property().name(), Function.identity()));
        readings = new Readings(plan, setting.bus(), new Limits(plan, setting.notice()));
        tally = readings.tally();
        driving = new Driving(plan, writes, setting.turns());
        pace = new Pace(plan.cost());
        state = new LineState(Kind.CONNECTING, "", 0, 0);
        thread = Thread.ofVirtual().name("device-" + plan.namespace() + "/" + plan.device()).unstarted(this::run);
    }

    /** Begins at once, and does not wait for the device. */
    static DeviceLine start(DevicePlan plan, Setting setting, LineState.Listener listener) {
        var line = new DeviceLine(plan, setting, listener);
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
        return readings.values();
    }

    /** Whether its driver has not come back for much longer than it may take; it is told lost then. Called from outside. */
    boolean stuck() {
        long most = 2 * plan.timeout().toNanos() + STUCK_GRACE;
        return writes.inDriver() > most && (plan.shared().isEmpty());
    }

    /** Tells people that the driver does not come back, which the line's own thread cannot. */
    void tellStuck() {
        var message = subject() + ": driver " + plan.driver().scheme() + " has not come back for " + Shown.duration(Duration.ofNanos(writes.inDriver()));
        writes.refuse(message);
        tell(new LineState(Kind.LOST, message, 0, tally.polled()));
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

    /**
     * From any thread, also from within a publication by this line. Blocks for at most {@code timeout}.
     *
     * @param readBack whether to read the point once more after the write
     */
    Written write(String property, Object value, boolean readBack, Duration timeout) throws InterruptedException {
        long began = System.nanoTime();
        var point = points.get(property);
        if (point == null) {
            return failed(began, property, "unknown (expected: one of " + String.join(", ", points.keySet().stream().sorted().toList()) + ")");
        }
        if (!point.writable()) {
            return failed(began, property, "is read only (expected: a property with access write or readWrite)");
        }
        RawValue raw;
        try {
            raw = Values.raw(point, value);
        } catch (InvalidValueException e) {
            return failed(began, property + ":", String.valueOf(e.getMessage()));
        }
        var before = values().stream().filter(v -> v.property().equals(property)).findFirst().map(PointValue::value).orElse(null);
        var sent = Thread.currentThread() == thread ? send(point, raw, readBack) : writes.write(point, raw, readBack, timeout);
        if (!sent.why().isEmpty()) {
            return failed(began, property + ":", sent.why());
        }
        var after = sent.after() == null ? null : Values.shown(point, sent.after());
        return new Written(true, "", before, after, Duration.ofNanos(System.nanoTime() - began));
    }

    private Written failed(long began, String about, String why) {
        return Written.failed(subject() + " " + about + " " + why, began);
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
            explain();
        }
        var secrets = setting.secrets().apply(plan);
        var opened = driving.read(() -> plan.driver().connect(plan.endpoint(), secrets, plan.timeout()));
        connection = opened;
        connected = true;
        if (opened instanceof PushingConnection pushing) {
            listen(pushing);
        }
        writes.open();
        groups.forEach(group -> group.begin(System.nanoTime()));
        if (groups.isEmpty()) {
            answered();
        }
        while (!writes.stopping()) {
            sendWaiting();
            hear();
            live();
            var next = next();
            long now = System.nanoTime();
            long wait = next == null ? FOREVER : next.due() - now;
            if (next != null && wait <= 0) {
                poll(next);
            } else if (hearing == null || hearing.isEmpty()) {
                writes.await(tally.untold() ? Math.min(wait, TELL_EVERY) : wait);
                answered();
            }
        }
    }

    /** Lets the device tell by itself, and polls only what it does not tell. */
    private void listen(PushingConnection pushing) throws DriverException, InterruptedException {
        var polled = plan.points().stream().filter(PlannedPoint::polled).toList();
        var now = driving.read(() -> Hearing.begin(pushing, polled, writes::nudge));
        hearing = now;
        groups = PollGroup.of(plan, now.rest(), plan.cost());
        explain();
    }

    private void explain() {
        var shared = plan.shared().map(line -> "; one at a time on " + line.name()).orElse("");
        var pushed = hearing == null ? "" : hearing.explained();
        explained = (groups.isEmpty() && !pushed.isEmpty() ? pushed : PollGroup.explain(groups) + (pushed.isEmpty() ? "" : "; " + pushed)) + shared;
    }

    private void hear() throws DriverException {
        for (int i = 0; i < MESSAGES_BETWEEN_READS && hearing != null && hearing.tell(readings, this::micros); i++) {
            answered();
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
        long began = System.nanoTime();
        var reads = group.reads();
        var answers = new ArrayList<List<RawValue>>(reads.size());
        var refused = new ArrayList<PollGroup.Read>(0);
        for (var read : reads) {
            if (!answers.isEmpty() && setting.preempt()) {
                sendWaiting();
            }
            answers.add(read(read, refused));
        }
        readings.begin(micros());
        for (int i = 0; i < answers.size(); i++) {
            putAll(reads.get(i), answers.get(i));
        }
        long now = System.nanoTime();
        boolean changed = group.done(now, now - began);
        changed |= !refused.isEmpty() && group.halve(refused);
        var measured = pace.changed(now);
        measured.ifPresent(cost -> groups.forEach(g -> g.plan(cost)));
        if (changed || measured.isPresent()) {
            explain();
            tally.touch();
        }
        readings.publish();
        answered();
    }

    private List<RawValue> read(PollGroup.Read planned, List<PollGroup.Read> refused) throws DriverException, InterruptedException {
        var read = planned.plan();
        try {
            var live = live();
            var values = driving.read(() -> {
                long began = System.nanoTime();
                var answer = live.read(read);
                pace.took(System.nanoTime() - began);
                return answer;
            });
            if (values.size() != read.points().size()) {
                throw new DriverException(DriverException.Kind.GARBAGE, "driver " + plan.driver().scheme() + ": " + values.size() + " values for "
                        + read.description() + " (expected: " + read.points().size() + ")");
            }
            return values;
        } catch (DriverException e) {
            if (e.kind().lineBroken()) {
                throw e;
            }
            refused.add(planned);
            RawValue unreadable = new RawValue.Unreadable(String.valueOf(e.getMessage()));
            return read.points().stream().map(point -> unreadable).toList();
        }
    }

    private void putAll(PollGroup.Read read, List<RawValue> values) {
        for (int i = 0; i < values.size(); i++) {
            var raw = values.get(i);
            for (var point : read.points()[i]) {
                readings.put(point, raw);
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
            var result = new WriteQueue.Sent("stopped", null);
            try {
                result = send(pending.point(), pending.value(), pending.readBack());
            } finally {
                pending.result().complete(result);
            }
        }
    }

    /** On the line's thread. */
    private WriteQueue.Sent send(PlannedPoint point, RawValue value, boolean readBack) {
        var live = connection;
        if (live == null) {
            return new WriteQueue.Sent(state.kind() == Kind.LOST ? state.message() : "not connected", null);
        }
        Optional<RawValue> after;
        try {
            after = driving.write(() -> {
                live.write(point.address(), value);
                return readBack && point.polled() ? Optional.of(readBack(live, point)) : Optional.empty();
            });
        } catch (DriverException e) {
            if (e.kind().lineBroken()) {
                disconnect();
            }
            return new WriteQueue.Sent(failure(e), null);
        } catch (InterruptedException e) {
            return new WriteQueue.Sent("stopped", null);
        } catch (RuntimeException e) {
            disconnect();
            return new WriteQueue.Sent("driver " + plan.driver().scheme() + " failed: " + e, null);
        }
        // Soon told to all who listen, as the device holds it now.
        groups.stream().filter(group -> group.holds(point)).forEach(group -> group.hurry(System.nanoTime()));
        return new WriteQueue.Sent("", after.orElse(null));
    }

    /** The write is done whatever comes of this. */
    private RawValue readBack(DeviceConnection live, PlannedPoint point) throws InterruptedException {
        try {
            var plans = plan.driver().plan(List.of(point.address()), plan.cost());
            return live.read(plans.getFirst()).getFirst();
        } catch (DriverException e) {
            return new RawValue.Unreadable(String.valueOf(e.getMessage()));
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
        var wait = setting.backoff().after(tries);
        boolean first = state.kind() != Kind.LOST;
        var why = failure(e);
        writes.refuse(why);
        if (first || Integer.bitCount(tries) == 1) {
            var message = subject() + ": " + why + " (try " + tries + ", next in " + Shown.duration(wait) + ")";
            tell(new LineState(Kind.LOST, message, 0, tally.polled()));
        }
        if (first) {
            readings.begin(micros());
            readings.lost();
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
        var heard = hearing;
        hearing = null;
        if (heard != null) {
            heard.close();
        }
        if (closing != null) {
            try {
                closing.close();
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, subject() + ": its connection did not close: " + e);
            }
        }
    }

    private long micros() {
        var now = setting.clock().instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    private String subject() {
        return "device " + plan.device();
    }
}
