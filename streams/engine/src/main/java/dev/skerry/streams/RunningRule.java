package dev.skerry.streams;

import dev.skerry.data.Batch;
import dev.skerry.data.Bus;
import dev.skerry.data.StreamSchema;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One rule at work. The lock is taken once a batch. */
final class RunningRule implements Ticking {

    private final String namespace;
    private final Plan plan;
    private final Actions actions;
    private final InstantSource clock;
    private final Consumer<Ticking> onClose;
    private final ReentrantLock lock = new ReentrantLock();
    private final Row row;
    private final Map<Object, Accumulator[]> groups = new LinkedHashMap<>();
    private long start;
    private long end;
    private long rowsIn;
    private long rowsOut;
    private long rowsFailed;
    private String lastError = "";
    private boolean closed;
    private Bus.@Nullable Subscription subscription;

    RunningRule(String namespace, Plan plan, Actions actions, InstantSource clock, Consumer<Ticking> onClose) {
        this.namespace = namespace;
        this.plan = plan;
        this.actions = actions;
        this.clock = clock;
        this.onClose = onClose;
        row = new Row(plan.schema());
        if (plan.windowed()) {
            start = clock.millis();
            end = Tumbling.firstEnd(plan.windowUnit(), plan.windowLength(), clock.instant(), ZoneId.systemDefault());
        }
    }

    void listen(Bus bus, String name) {
        subscription = bus.subscribe(name, plan.schema().stream(), this::accept);
    }

    private void accept(Batch batch) {
        if (!batch.schema().namespace().equals(namespace)) {
            return;
        }
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closeDue();
            row.turnTo(batch);
            int n = batch.size();
            rowsIn += n;
            for (int i = 0; i < n; i++) {
                row.moveTo(i);
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
        } finally {
            lock.unlock();
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
        for (var accumulator : groups.computeIfAbsent(key, k -> plan.newGroup())) {
            accumulator.add(row);
        }
    }

    private void emit() {
        var values = new @Nullable Object[plan.values().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Typed.box(plan.values().get(i).expr(), row);
        }
        rowsOut++;
        actions.set(values);
    }

    @Override
    public void tick() {
        lock.lock();
        try {
            if (!closed) {
                closeDue();
            }
        } finally {
            lock.unlock();
        }
    }

    private void closeDue() {
        if (!plan.windowed()) {
            return;
        }
        long now = clock.millis();
        if (now < end) {
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
            return new RuleStats(rowsIn, rowsOut, actions.done.get(), actions.failed.get(), actions.held.get(), rowsFailed, error);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StreamSchema schema() {
        return plan.schema();
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        onClose.accept(this);
        actions.close();
    }
}
