package dev.skerry.streams;

import dev.skerry.data.Batch;
import dev.skerry.data.Bus;
import dev.skerry.data.Quality;
import dev.skerry.data.StreamSchema;
import dev.skerry.streams.functions.KeyedStates;
import dev.skerry.streams.sql.Query;
import dev.skerry.streams.sql.QueryRun;
import dev.skerry.streams.sql.Surroundings;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A rule that the general engine runs: any window, joins, functions with memory. The lock is taken once a batch. */
final class GeneralRule extends KeptRule {

    private final String namespace;
    private final List<StreamSchema> schemas;
    private final List<String> columns;
    private final List<String> steps;
    private final List<String> fed;
    private final List<AutoCloseable> feeds = new ArrayList<>();
    private final QueryRun run;
    private long lag;
    private final String name;
    private final List<Bus.Subscription> subscriptions = new ArrayList<>();
    private volatile long due;

    GeneralRule(String namespace, String name, Query query, List<String> columns, List<StreamSchema> schemas, List<String> fed, Actions actions, InstantSource clock, KeyedStates kept,
            Consumer<Ticking> onClose) {
        super(actions, clock, onClose);
        this.namespace = namespace;
        this.name = namespace + "/" + name;
        this.schemas = schemas;
        this.columns = columns;
        this.fed = fed;
        steps = query.explain().lines().toList();
        run = query.start(Surroundings.of(name, clock, ZoneId.systemDefault(), kept), clock.millis(), this::send);
        due = run.nextTimer();
    }

    /** Whether there is anything to keep from row to row. */
    boolean remembers() {
        return run.remembers();
    }

    /** Rows that come too late go to a topic. Before it listens. */
    void giveLateTo(RowHub hub, String topic) {
        run.giveLateTo((source, row) -> {
            if (!mute) {
                var values = new LinkedHashMap<String, @Nullable Object>();
                values.put("source", source);
                values.putAll(row);
                hub.offer(namespace, topic, values);
            }
        });
    }

    /** Begins to listen; with a memory it takes up what that holds, while what comes meanwhile waits. */
    void listen(Bus bus, RowHub hub, Optional<RuleMemory> kept) {
        lock.lock();
        try {
            for (var schema : schemas) {
                subscriptions.add(bus.subscribe("rule " + name, schema.stream(), batch -> accept(schema, batch)));
            }
            fed.forEach(topic -> feeds.add(hub.subscribe(namespace, topic, this::rows)));
            remember(kept);
            due = run.nextTimer();
        } finally {
            lock.unlock();
        }
    }

    private void send(List<Map<String, @Nullable Object>> rows) {
        if (mute) {
            return;
        }
        for (var row : rows) {
            var values = new @Nullable Object[columns.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = row.get(columns.get(i));
            }
            actions.set(values);
        }
    }

    private void accept(StreamSchema schema, Batch batch) {
        if (!batch.schema().namespace().equals(namespace)) {
            return;
        }
        lock.lock();
        try {
            if (!closed) {
                take(schema, batch, clock.millis());
            }
        } finally {
            lock.unlock();
        }
    }

    private void take(StreamSchema schema, Batch batch, long now) {
        for (int i = 0; i < batch.size(); i++) {
            if (memory != null && !mute && memory.replayed(batch.device(i), batch.time(i), now)) {
                continue;
            }
            run.timedRow(schema.stream(), values(batch, i), Map.of("device", batch.device(i)), batch.time(i) / 1_000, now);
            if (memory != null) {
                memory.saw(batch.device(i), batch.time(i));
            }
        }
        lag = Math.max(0, now - batch.time(batch.size() - 1) / 1_000);
        due = run.nextTimer();
    }

    /** Rows that another rule gives. */
    private void rows(String stream, List<Map<String, @Nullable Object>> rows, Map<String, @Nullable Object> meta) {
        lock.lock();
        try {
            if (!closed) {
                long now = clock.millis();
                rows.forEach(row -> run.row(stream, row, meta, now));
                due = run.nextTimer();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void replay(Batch batch, long now, boolean quietly) {
        mute = quietly;
        try {
            take(batch.schema(), batch, now);
        } finally {
            mute = false;
        }
    }

    @Override
    public Map<String, Object> save() {
        return run.saveFor();
    }

    @Override
    public boolean restore(Map<String, ?> saved) {
        return run.restoreIfFits(saved);
    }

    @Override
    public long turns() {
        return run.counts().rowsIn() + run.counts().rowsOut();
    }

    @Override
    public List<String> explain() {
        return steps;
    }

    private static Map<String, @Nullable Object> values(Batch batch, int row) {
        var fields = batch.schema().fields();
        var values = new LinkedHashMap<String, @Nullable Object>();
        values.put("device", batch.device(row));
        for (int f = 0; f < fields.size(); f++) {
            if (batch.has(row, f) && batch.quality(row, f) != Quality.BAD) {
                values.put(fields.get(f).name(), switch (fields.get(f).type()) {
                    case FLOAT -> (Object) batch.asDouble(row, f);
                    case INTEGER -> batch.asLong(row, f);
                    case BOOLEAN -> batch.asLong(row, f) != 0;
                    case STRING -> batch.asString(row, f);
                });
            }
        }
        return values;
    }

    @Override
    public void tick() {
        long now = clock.millis();
        var kept = memory;
        if (now < due && (kept == null || !kept.due(now))) {
            return;
        }
        lock.lock();
        try {
            if (!closed) {
                run.advance(now);
                due = run.nextTimer();
                if (memory != null && memory.due(now)) {
                    memory.save(this, now, false);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public RuleStats stats() {
        lock.lock();
        try {
            var counts = run.counts();
            var error = actions.lastError.isEmpty() ? counts.lastError() : actions.lastError;
            return new RuleStats(counts.rowsIn(), counts.rowsOut(), actions.done.get(), actions.failed.get(), actions.held.get(), counts.failed(), counts.late(), lag,
                    memory == null ? 0 : memory.bytes(), error);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StreamSchema schema() {
        return schemas.isEmpty() ? new StreamSchema(namespace, fed.getFirst(), List.of()) : schemas.getFirst();
    }

    @Override
    public List<StreamSchema> schemas() {
        return schemas;
    }

    @Override
    void unsubscribe() {
        subscriptions.forEach(Bus.Subscription::close);
        for (var feed : feeds) {
            try {
                feed.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
