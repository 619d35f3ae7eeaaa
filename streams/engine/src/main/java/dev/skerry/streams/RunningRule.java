package dev.skerry.streams;

import dev.skerry.data.Batch;
import dev.skerry.data.Bus;
import dev.skerry.data.StreamSchema;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One rule at work. The lock is taken once a batch. */
final class RunningRule extends KeptRule {

    private static final int MOST_GROUPS = 100_000;

    private final String namespace;
    private final Plan plan;
    private final Row row;
    private final Map<Object, Accumulator[]> groups = new LinkedHashMap<>();
    private long start;
    private volatile long end;
    private long rowsIn;
    private long rowsOut;
    private long rowsFailed;
    private long lag;
    private String lastError = "";
    private Bus.@Nullable Subscription subscription;

    RunningRule(String namespace, Plan plan, Actions actions, InstantSource clock, Consumer<Ticking> onClose) {
        super(actions, clock, onClose);
        this.namespace = namespace;
        this.plan = plan;
        row = new Row(plan.schema());
        if (plan.windowed()) {
            start = clock.millis();
            end = Tumbling.firstEnd(plan.windowUnit(), plan.windowLength(), clock.instant(), ZoneId.systemDefault());
        }
    }

    /** Begins to listen; with a memory it takes up what that holds, while what comes meanwhile waits. */
    void listen(Bus bus, String name, Optional<RuleMemory> kept) {
        lock.lock();
        try {
            subscription = bus.subscribe(name, plan.schema().stream(), this::accept);
            remember(kept);
        } finally {
            lock.unlock();
        }
    }

    private void accept(Batch batch) {
        if (!batch.schema().namespace().equals(namespace)) {
            return;
        }
        lock.lock();
        try {
            if (!closed) {
                take(batch, clock.millis());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void replay(Batch batch, long now, boolean quietly) {
        mute = quietly;
        try {
            take(batch, now);
        } finally {
            mute = false;
        }
    }

    private void take(Batch batch, long now) {
        closeDue(now);
        row.turnTo(batch);
        int n = batch.size();
        rowsIn += n;
        lag = Math.max(0, now - batch.time(n - 1) / 1_000);
        for (int i = 0; i < n; i++) {
            row.moveTo(i);
            if (memory != null) {
                if (!mute && memory.replayed(batch.device(i), batch.time(i), now)) {
                    continue;
                }
                memory.saw(batch.device(i), batch.time(i));
            }
            try {
                if (plan.where() != null && !plan.where().eval(row)) {
                    continue;
                }
                if (plan.windowed()) {
                    collect();
                } else {
                    emit();
                }
            } catch (EvalException e) {
                fail(e);
            }
        }
    }

    private void collect() {
        Object key = "";
        int n = plan.keys().size();
        if (n > 0) {
            var parts = new Object[n];
            for (int i = 0; i < n; i++) {
                parts[i] = Typed.box(plan.keys().get(i).expr(), row);
            }
            key = Arrays.asList(parts);
        }
        var group = groups.get(key);
        if (group == null) {
            if (groups.size() >= MOST_GROUPS) {
                throw new EvalException("more than " + MOST_GROUPS + " groups in a window (expected: fewer); the row is dropped");
            }
            group = plan.newGroup();
            groups.put(key, group);
        }
        for (var accumulator : group) {
            accumulator.add(row);
        }
    }

    private void emit() {
        var values = new @Nullable Object[plan.values().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Typed.box(plan.values().get(i).expr(), row);
        }
        if (!mute) {
            rowsOut++;
            actions.set(values);
        }
    }

    @Override
    public void tick() {
        long now = clock.millis();
        var kept = memory;
        if (now < end && (kept == null || !kept.due(now))) {
            return;
        }
        lock.lock();
        try {
            if (!closed) {
                closeDue(now);
                if (memory != null && memory.due(now)) {
                    memory.save(this, now, false);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void closeDue(long now) {
        if (!plan.windowed() || now < end) {
            return;
        }
        row.windowStart = start;
        row.windowEnd = end;
        for (var group : groups.values()) {
            row.group = group;
            row.missing = false;
            try {
                if (plan.having() == null || plan.having().eval(row)) {
                    emit();
                }
            } catch (EvalException e) {
                fail(e);
            }
        }
        groups.clear();
        long span = Tumbling.millis(plan.windowUnit(), plan.windowLength());
        // Windows in which nothing came, while the clock jumped, are empty: they are passed over.
        start = end + (now - end) / span * span;
        end = start + span;
    }

    private void fail(EvalException e) {
        rowsFailed++;
        lastError = String.valueOf(e.getMessage());
    }

    @Override
    public RuleStats stats() {
        lock.lock();
        try {
            var error = actions.lastError.isEmpty() ? lastError : actions.lastError;
            return new RuleStats(rowsIn, rowsOut, actions.done.get(), actions.failed.get(), actions.held.get(), rowsFailed, 0, lag, memory == null ? 0 : memory.bytes(), error);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StreamSchema schema() {
        return plan.schema();
    }

    @Override
    public List<StreamSchema> schemas() {
        return List.of(plan.schema());
    }

    @Override
    public List<String> explain() {
        return plan.steps();
    }

    @Override
    public long turns() {
        return rowsIn + rowsOut;
    }

    @Override
    public Map<String, Object> save() {
        var all = new ArrayList<Object>();
        groups.forEach((key, accumulators) -> all.add(List.of(key instanceof List<?> parts ? new ArrayList<Object>(parts) : key,
                Arrays.stream(accumulators).map(Accumulator::save).toList())));
        return Map.of("shape", plan.shape(), "start", start, "end", end, "groups", all);
    }

    @Override
    public boolean restore(Map<String, ?> saved) {
        if (!plan.shape().equals(saved.get("shape")) || !(saved.get("groups") instanceof List<?> all)
                || !(saved.get("start") instanceof Long from) || !(saved.get("end") instanceof Long to)) {
            return false;
        }
        start = from;
        end = to;
        for (var one : all) {
            if (one instanceof List<?> pair && pair.getFirst() instanceof Object key && pair.get(1) instanceof List<?> states) {
                var group = plan.newGroup();
                for (int i = 0; i < group.length; i++) {
                    if (states.get(i) instanceof List<?> state) {
                        group[i].restore(state);
                    }
                }
                groups.put(key, group);
            }
        }
        return true;
    }

    @Override
    void unsubscribe() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
