package dev.skerry.streams.sql;

import static dev.skerry.streams.sql.StatementReader.at;

import dev.skerry.streams.sql.Tree.Window.Kind;
import dev.skerry.streams.sql.grammar.SqlParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.antlr.v4.runtime.ParserRuleContext;
import org.jspecify.annotations.Nullable;

/** Reads windows: eKuiper's, which are calls in GROUP BY, and standard SQL's, which are table functions or calls with intervals. */
final class WindowReader {

    private static final long LONGEST_SESSION = 3_650L * 86_400_000;
    private static final Map<String, Kind> KINDS = Map.of("tumblingwindow", Kind.TUMBLING, "hoppingwindow", Kind.HOPPING,
            "slidingwindow", Kind.SLIDING, "sessionwindow", Kind.SESSION, "countwindow", Kind.COUNT, "statewindow", Kind.STATE);

    private final TreeReader trees;

    WindowReader(TreeReader trees) {
        this.trees = trees;
    }

    /** The window that a call stands for, or null if it is an ordinary call. */
    @Nullable Tree of(String name, SqlParser.CallContext c) {
        var kind = KINDS.get(name);
        if (kind != null) {
            return window(kind, name, c);
        }
        boolean standard = name.equals("tumble") || name.equals("hop") || name.equals("session");
        if (standard) {
            return standard(c, name, c.expr().stream().skip(1).map(e -> interval(trees.read(e), e)).toList(), List.of());
        }
        return switch (name) {
            case "tumble_start", "hop_start", "session_start" -> bound("window_start", c);
            case "tumble_end", "hop_end", "session_end" -> bound("window_end", c);
            default -> null;
        };
    }

    private static Tree bound(String name, ParserRuleContext c) {
        return new Tree.Call(name, 0, List.of(), List.of(), List.of(), null, at(c));
    }

    private static long interval(Tree tree, ParserRuleContext c) {
        if (tree instanceof Tree.Interval i) {
            return i.millis();
        }
        throw new SqlException(at(c), c.getText() + " (expected: INTERVAL 'n' unit)");
    }

    Tree.Window ofTable(SqlParser.WindowTableContext c) {
        var partition = new ArrayList<Tree>();
        c.expr().forEach(e -> partition.add(trees.read(e)));
        return standard(c, c.kind.getText().toLowerCase(Locale.ROOT), c.interval().stream().map(WindowReader::millis).toList(), partition);
    }

    private static Tree.Window standard(ParserRuleContext c, String name, List<Long> lengths, List<Tree> partition) {
        int expected = name.equals("hop") ? 2 : 1;
        if (lengths.size() != expected) {
            throw new SqlException(at(c), name + " with " + lengths.size() + " intervals (expected: " + expected + ")");
        }
        return switch (name) {
            case "tumble" -> make(Kind.TUMBLING, lengths.getFirst(), 0, partition, at(c));
            case "hop" -> make(Kind.HOPPING, lengths.get(1), lengths.getFirst(), partition, at(c));
            default -> make(Kind.SESSION, LONGEST_SESSION, lengths.getFirst(), partition, at(c));
        };
    }

    private static Tree.Window make(Kind kind, long length, long interval, List<Tree> partition, Place at) {
        return new Tree.Window(kind, "ms", length, interval, 0, null, null, null, null, List.copyOf(partition), true, at);
    }

    static long millis(SqlParser.IntervalContext c) {
        var unit = c.unit.getText().toLowerCase(Locale.ROOT);
        long factor = switch (unit.endsWith("s") ? unit.substring(0, unit.length() - 1) : unit) {
            case "millisecond" -> 1;
            case "second" -> 1_000;
            case "minute" -> 60_000;
            case "hour" -> 3_600_000;
            case "day" -> 86_400_000;
            default -> throw new SqlException(at(c), "INTERVAL … " + c.unit.getText() + " (expected: MILLISECOND, SECOND, MINUTE, HOUR or DAY)");
        };
        var text = c.length.getText().replace("'", "").replace("\"", "").strip();
        try {
            long millis = Math.multiplyExact(Long.parseLong(text), factor);
            if (millis > 0) {
                return millis;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // told below
        }
        throw new SqlException(at(c), "INTERVAL " + c.length.getText() + " (expected: a whole number of 1 or more)");
    }

    private Tree.Window window(Kind kind, String name, SqlParser.CallContext c) {
        var args = new ArrayList<Tree>();
        c.expr().forEach(e -> args.add(trees.read(e)));
        @Nullable Tree filter = c.filter() == null ? null : trees.read(c.filter().expr());
        @Nullable Tree trigger = null;
        var partition = new ArrayList<Tree>();
        if (c.over() != null) {
            for (var part : c.over().overPart()) {
                switch (part) {
                    case SqlParser.OverWhenContext w -> trigger = trees.read(w.expr());
                    case SqlParser.PartitionContext p -> p.expr().forEach(e -> partition.add(trees.read(e)));
                    default -> throw new SqlException(at(part), "ORDER BY (expected: WHEN or PARTITION BY)");
                }
            }
        }
        if (kind == Kind.STATE) {
            if (args.isEmpty() || args.size() > 2) {
                throw new SqlException(at(c), name + " with " + args.size() + " arguments (expected: 1 or 2)");
            }
            return new Tree.Window(kind, "", 0, 0, 0, filter, trigger, args.getFirst(), args.size() == 2 ? args.get(1) : null, partition, false, at(c));
        }
        if (kind == Kind.COUNT) {
            return count(c, name, args, filter, trigger, partition);
        }
        int least = kind == Kind.TUMBLING || kind == Kind.SLIDING ? 2 : 3;
        int most = kind == Kind.TUMBLING ? 2 : 3;
        if (args.size() < least || args.size() > most) {
            throw new SqlException(at(c), name + " with " + args.size() + " arguments (expected: " + (least == most ? "" + least : least + " or " + most) + ")");
        }
        if (!(args.getFirst() instanceof Tree.Unit unit)) {
            throw new SqlException(at(c.expr(0)), c.expr(0).getText() + " (expected: dd, hh, mi, ss or ms)");
        }
        long length = whole(c, args, 1);
        long third = args.size() > 2 ? whole(c, args, 2) : 0;
        boolean sliding = kind == Kind.SLIDING;
        return new Tree.Window(kind, unit.name(), length, sliding ? 0 : third, sliding ? third : 0, filter, trigger, null, null, partition, false, at(c));
    }

    private static Tree.Window count(SqlParser.CallContext c, String name, List<Tree> args, @Nullable Tree filter, @Nullable Tree trigger,
            List<Tree> partition) {
        if (args.isEmpty() || args.size() > 2) {
            throw new SqlException(at(c), name + " with " + args.size() + " arguments (expected: 1 or 2)");
        }
        long length = whole(c, args, 0);
        long every = args.size() == 2 ? whole(c, args, 1) : length;
        if (length < every) {
            throw new SqlException(at(c), name + ": " + every + " after " + length + " (expected: not more than the first)");
        }
        return new Tree.Window(Kind.COUNT, "", length, every, 0, filter, trigger, null, null, partition, false, at(c));
    }

    private static long whole(SqlParser.CallContext c, List<Tree> args, int i) {
        if (args.get(i) instanceof Tree.Literal l && l.value() instanceof Long n && n > 0 && n < Integer.MAX_VALUE) {
            return n;
        }
        throw new SqlException(at(c.expr(i)), c.expr(i).getText() + " (expected: a whole number of 1 or more)");
    }
}
