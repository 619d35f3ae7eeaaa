package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A query at work. Not safe for several threads: whoever feeds it holds a lock. */
public final class QueryRun {

    private final Plan plan;
    private final FunctionTable functions;
    private final Memory memory;
    private final Consumer<List<Map<String, @Nullable Object>>> sink;
    private final Map<String, List<Entry>> entries = new LinkedHashMap<>();
    private final Tables tables;
    private final @Nullable Watermarks watermarks;
    private final List<Eval> analytic;
    private final @Nullable Condition beforeWindow;
    private final @Nullable WindowStep window;
    private final AfterWindow after;
    private final Env env;
    private final TreeCompiler compiler;
    private final Counts counts = new Counts();
    private BiConsumer<String, Map<String, @Nullable Object>> lateTo = (source, row) -> { };
    private long now;

    /** The way in for the rows of one source. */
    private record Entry(Plan.Input input, SourceReader reader, @Nullable Condition condition) {}

    /** What a run has seen so far. */
    public static final class Counts {
        private long rowsIn;
        private long rowsOut;
        private long late;
        private long failed;
        private String lastError = "";

        /** Rows that came. */
        public long rowsIn() {
            return rowsIn;
        }

        /** Rows that were sent. */
        public long rowsOut() {
            return rowsOut;
        }

        /** Rows that came after the watermark had passed them. */
        public long late() {
            return late;
        }

        /** Rows and windows that failed. */
        public long failed() {
            return failed;
        }

        /** The newest failure, or empty. */
        public String lastError() {
            return lastError;
        }
    }

    QueryRun(Plan plan, FunctionTable functions, Surroundings around, long now, Consumer<List<Map<String, @Nullable Object>>> sink) {
        this.plan = plan;
        this.functions = functions;
        this.sink = sink;
        this.now = now;
        memory = new Memory(around);
        compiler = new TreeCompiler(functions, memory, plan.options());
        env = new Env(memory, new Row.Tuple("", Map.of(), Map.of(), now), null);
        var options = plan.options();
        for (var input : plan.sources()) {
            var reader = new SourceReader(input.definition(), input.timeColumn(), input.used(), options.eventTime() && !input.isTable(), options);
            var condition = Condition.of("Where", plan.atSource().get(input.name()), compiler);
            entries.computeIfAbsent(input.definition().name(), n -> new ArrayList<>()).add(new Entry(input, reader, condition));
        }
        tables = new Tables(plan.sources());
        watermarks = options.eventTime()
                ? new Watermarks(plan.streams(), options.lateTolerance().toMillis(), this::released, this::watermark, this::late) : null;
        beforeWindow = Condition.of("Where", plan.beforeWindow(), compiler);
        var windowed = plan.window();
        window = windowed == null ? null : new WindowMaker(plan, functions, compiler, env).make(windowed, now, this::window)
                .telling(text -> fail(new EvalException(text)));
        after = new AfterWindow(plan, compiler, tables, env);
        analytic = plan.analytic().stream().map(s -> compiler.compile(s)).toList();
    }

    public Counts counts() {
        return counts;
    }

    /**
     * Takes a row of one of its sources.
     *
     * @param stream the name in the catalogue
     * @param at the clock, in epoch milliseconds; never less than before
     */
    public void row(String stream, Map<String, @Nullable Object> values, Map<String, @Nullable Object> meta, long at) {
        take(stream, values, meta, WindowStep.NEVER, at);
    }

    /** Takes a row that carries its time beside its columns; it counts in event time only. */
    public void timedRow(String stream, Map<String, @Nullable Object> values, Map<String, @Nullable Object> meta, long time, long at) {
        take(stream, values, meta, time, at);
    }

    private void take(String stream, Map<String, @Nullable Object> values, Map<String, @Nullable Object> meta, long time, long at) {
        advance(at);
        counts.rowsIn++;
        for (var entry : entries.getOrDefault(stream, List.of())) {
            try {
                var taken = entry.reader.take(values, at);
                long rowTime = time != WindowStep.NEVER && plan.options().eventTime() && entry.input.timeColumn().isEmpty() ? time : taken.time();
                var row = new Row.Tuple(entry.input.name(), taken.values(), meta, rowTime);
                if (entry.input.isTable()) {
                    tables.add(row);
                } else if (passes(entry.condition, row)) {
                    if (watermarks != null) {
                        watermarks.row(row);
                    } else {
                        released(row);
                    }
                }
            } catch (EvalException e) {
                fail(e);
            }
        }
    }

    /** Takes what a source reports in place of a row that it could not read. */
    public void error(String message) {
        fail(new EvalException(message));
    }

    private boolean passes(@Nullable Condition condition, Row row) {
        if (condition == null) {
            return true;
        }
        env.row = row;
        env.range = null;
        boolean holds = condition.holds(env, false);
        if (holds) {
            condition.count(env);
        }
        return holds;
    }

    /** Lets the clock proceed: windows whose end it reaches are sent. */
    public void advance(long to) {
        if (window != null) {
            window.jump(to);
            for (long due = window.nextTimer(); due <= to; due = window.nextTimer()) {
                now = Math.max(now, due);
                window.timer(due);
                window.jump(to);
            }
        }
        now = Math.max(now, to);
    }

    /** When {@link #advance} has something to do, or {@link Long#MAX_VALUE}. */
    public long nextTimer() {
        return window == null ? WindowStep.NEVER : window.nextTimer();
    }

    private void released(Row.Tuple row) {
        try {
            env.row = row;
            env.range = null;
            for (var eval : analytic) {
                eval.of(env);
            }
            if (!passes(beforeWindow, row)) {
                return;
            }
            if (window != null) {
                window.row(row, now);
            } else {
                after.row(row, this::send);
            }
        } catch (EvalException e) {
            fail(e);
        }
    }

    /** Who is given the rows that came too late, with the name of their source. */
    public void giveLateTo(BiConsumer<String, Map<String, @Nullable Object>> to) {
        lateTo = to;
    }

    private void late(Row.Tuple row) {
        counts.late++;
        lateTo.accept(row.emitter, row.values);
    }

    private void watermark(long time) {
        if (window != null) {
            window.watermark(time);
        }
    }

    private void window(Rows rows) {
        try {
            if (rows.finished) {
                after.finish(rows, this::send);
            } else {
                after.rows(rows, this::send);
            }
        } catch (EvalException e) {
            fail(e);
        }
    }

    private void send(List<Map<String, @Nullable Object>> rows) {
        counts.rowsOut += rows.size();
        sink.accept(rows);
    }

    private void fail(EvalException e) {
        counts.failed++;
        counts.lastError = e.text();
        if (plan.options().sendError()) {
            var row = new LinkedHashMap<String, @Nullable Object>();
            row.put("error", e.text());
            sink.accept(List.of(row));
        }
    }

    /** All that it remembers, as plain values: numbers, texts, lists and maps. */
    public Map<String, Object> save() {
        var saved = new LinkedHashMap<String, Object>();
        saved.put("memory", memory.save());
        saved.put("tables", tables.save());
        if (watermarks != null) {
            saved.put("watermarks", watermarks.save(RowStore.PLAIN));
        }
        if (window != null) {
            var state = window.save(RowStore.PLAIN);
            saved.put("window", state == null ? Map.of() : state);
        }
        return saved;
    }

    /** {@link #save}, with what tells whose it is. */
    public Map<String, Object> saveFor() {
        var state = save();
        state.put("shape", StateShape.kept(plan, functions));
        state.put("plan", StateShape.whole(plan));
        return state;
    }

    /** {@link #saveFor} in bytes. */
    public byte[] saveBytes() {
        return StateBytes.write(saveFor());
    }

    /**
     * Continues from {@link #saveBytes}.
     *
     * @return whether they fit this query; otherwise nothing was taken over
     * @throws IOException if they are damaged
     */
    public boolean restoreBytes(byte[] bytes) throws IOException {
        return restoreIfFits(StateBytes.read(bytes));
    }

    /** Continues from {@link #saveFor} of this query, or of one that differs only in what it does with the rows of its window. */
    public boolean restoreIfFits(Map<String, ?> state) {
        if (!StateShape.kept(plan, functions).equals(state.get("shape"))) {
            return false;
        }
        restore(state, StateShape.whole(plan).equals(state.get("plan")) ? RowStore.PLAIN : RowStore.FORGETFUL);
        return true;
    }

    /** Whether it remembers anything from row to row. */
    public boolean remembers() {
        return window != null || !tables.isEmpty() || watermarks != null || compiler.calls().remembers();
    }

    /** Continues where another run of the same query stood at {@link #save}. */
    public void restore(Map<String, ?> saved) {
        restore(saved, RowStore.PLAIN);
    }

    private void restore(Map<String, ?> saved, RowStore store) {
        if (saved.get("memory") instanceof Map<?, ?> m) {
            memory.restore(m, compiler.calls().analyticStates(), compiler.calls().columnStates());
        }
        tables.restore(saved.get("tables"));
        if (watermarks != null) {
            watermarks.restore(saved.get("watermarks"), store);
        }
        if (window != null) {
            window.restore(saved.get("window"), store);
        }
    }
}
