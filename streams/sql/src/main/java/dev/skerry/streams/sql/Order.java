package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ORDER BY: rows without a value come last, values must be of one kind. */
final class Order {

    private record Keyed(Row row, @Nullable Object[] values) {}

    private final List<Eval> keys;
    private final List<Boolean> ascending;
    private final Operators operators;

    Order(List<Tree.Sort> sorts, TreeCompiler compiler) {
        keys = sorts.stream().map(s -> compiler.compile(s.expr())).toList();
        ascending = sorts.stream().map(Tree.Sort::ascending).toList();
        operators = compiler.operators();
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    void sort(Rows rows, Env env) {
        if (keys.isEmpty()) {
            return;
        }
        env.range = rows.range;
        var kinds = new String[keys.size()];
        var all = new ArrayList<Keyed>();
        for (var row : rows.rows) {
            env.row = row;
            var values = new @Nullable Object[kinds.length];
            for (int i = 0; i < kinds.length; i++) {
                values[i] = keys.get(i).of(env);
                if (values[i] != null) {
                    var kind = values[i] instanceof Number ? "number" : GoText.type(values[i]);
                    if (kinds[i] == null) {
                        kinds[i] = kind;
                    }
                    boolean known = kind.equals("number") || kind.equals("bool") || kind.equals("string") || kind.equals("time.Time");
                    if (!known || !kinds[i].equals(kind)) {
                        throw new EvalException("run Order By error: incompatible types for comparison: " + kinds[i] + " and " + GoText.type(values[i]));
                    }
                }
            }
            all.add(new Keyed(row, values));
        }
        all.sort(this::compare);
        var sorted = new ArrayList<Row>();
        all.forEach(k -> sorted.add(k.row));
        rows.keep(sorted);
    }

    private int compare(Keyed a, Keyed b) {
        for (int i = 0; i < keys.size(); i++) {
            var x = a.values[i];
            var y = b.values[i];
            if (x == null || y == null) {
                if (x != y) {
                    return x == null ? 1 : -1;
                }
                continue;
            }
            int order = operators.less(x, y) ? -1 : operators.less(y, x) ? 1 : 0;
            if (order != 0) {
                return ascending.get(i) ? order : -order;
            }
        }
        return 0;
    }
}
