package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An expression as it is written, or as it is after its names were found. Nodes are immutable. */
sealed interface Tree {

    record Literal(@Nullable Object value) implements Tree {}

    /** {@code dd}, {@code hh}, {@code mi}, {@code ss} or {@code ms}. */
    record Unit(String name) implements Tree {}

    record Interval(long millis) implements Tree {}

    /** A column; {@code stream} is empty while it is not known from which it comes. */
    record Column(String stream, String name, Place at) implements Tree {}

    /** A value that the select list names. */
    record Alias(String name, int slot, Tree meaning) implements Tree {}

    record Meta(String stream, String name) implements Tree {}

    record Arrow(Tree from, String name) implements Tree {}

    record Index(Tree from, Tree index) implements Tree {}

    /** Without {@code to} up to the end. */
    record Slice(Tree from, @Nullable Tree start, @Nullable Tree to) implements Tree {}

    record Binary(String op, Tree left, Tree right) implements Tree {}

    record Not(Tree of) implements Tree {}

    record Negate(Tree of) implements Tree {}

    record Paren(Tree of) implements Tree {}

    record IsNull(Tree of, boolean not) implements Tree {}

    record Between(Tree of, Tree low, Tree high, boolean not) implements Tree {}

    record InList(Tree of, List<Tree> values, boolean not) implements Tree {}

    record InArray(Tree of, Tree array, boolean not) implements Tree {}

    record Like(Tree of, Tree pattern, char escape, boolean not) implements Tree {}

    record When(Tree condition, Tree result) {}

    record Case(@Nullable Tree subject, List<When> whens, @Nullable Tree otherwise) implements Tree {}

    record Wildcard(List<String> except, List<Field> replace) implements Tree {}

    /** @param id counts the calls of a statement; what a call remembers hangs on it */
    record Call(String name, int id, List<Tree> args, List<Tree> partition, List<Sort> order, @Nullable Tree when, Place at)
            implements Tree {}

    /** A value that an earlier step has put into the row. */
    record Slot(int index, Tree meaning) implements Tree {}

    record Window(
            Kind kind, String unit, long length, long interval, long delay, @Nullable Tree filter, @Nullable Tree trigger,
            @Nullable Tree begin, @Nullable Tree end, List<Tree> partition, boolean standard, Place at) implements Tree {
        enum Kind { TUMBLING, HOPPING, SLIDING, SESSION, COUNT, STATE }
    }

    /** One field of a select list; {@code alias} is empty without AS. */
    record Field(Tree expr, String name, String alias, boolean invisible) {
        String outName() {
            return alias.isEmpty() ? name : alias;
        }

        Field with(Tree other) {
            return new Field(other, name, alias, invisible);
        }
    }

    record Sort(Tree expr, boolean ascending) {}

    /** The parts of this node, in the order of the text. */
    default List<Tree> children() {
        var all = new ArrayList<Tree>();
        switch (this) {
            case Literal l -> { }
            case Unit u -> { }
            case Interval i -> { }
            case Column c -> { }
            case Alias a -> { }
            case Meta m -> { }
            case Slot s -> { }
            case Arrow a -> all.add(a.from);
            case Index i -> {
                all.add(i.from);
                all.add(i.index);
            }
            case Slice s -> {
                all.add(s.from);
                add(all, s.start);
                add(all, s.to);
            }
            case Binary b -> {
                all.add(b.left);
                all.add(b.right);
            }
            case Not n -> all.add(n.of);
            case Negate n -> all.add(n.of);
            case Paren p -> all.add(p.of);
            case IsNull i -> all.add(i.of);
            case Between b -> all.addAll(List.of(b.of, b.low, b.high));
            case InList i -> {
                all.add(i.of);
                all.addAll(i.values);
            }
            case InArray i -> all.addAll(List.of(i.of, i.array));
            case Like l -> all.addAll(List.of(l.of, l.pattern));
            case Case c -> {
                add(all, c.subject);
                for (var when : c.whens) {
                    all.add(when.condition);
                    all.add(when.result);
                }
                add(all, c.otherwise);
            }
            case Wildcard w -> w.replace.forEach(f -> all.add(f.expr));
            case Call c -> {
                all.addAll(c.args);
                all.addAll(c.partition);
                c.order.forEach(s -> all.add(s.expr));
                add(all, c.when);
            }
            case Window w -> {
                add(all, w.filter);
                add(all, w.trigger);
                add(all, w.begin);
                add(all, w.end);
                all.addAll(w.partition);
            }
        }
        return all;
    }

    private static void add(List<Tree> all, @Nullable Tree one) {
        if (one != null) {
            all.add(one);
        }
    }

    /** Whether a node holds, this one or any below; aliases are not looked into. */
    default boolean any(Predicate<Tree> test) {
        if (test.test(this)) {
            return true;
        }
        for (var child : children()) {
            if (child.any(test)) {
                return true;
            }
        }
        return false;
    }

    /** The same with the meaning of aliases. */
    default boolean anyWithAliases(Predicate<Tree> test) {
        return any(t -> test.test(t) || t instanceof Alias a && a.meaning.anyWithAliases(test)
                || t instanceof Slot s && s.meaning.anyWithAliases(test));
    }

    /** A copy whose nodes were replaced, from below upwards. */
    default Tree rewrite(UnaryOperator<Tree> f) {
        return f.apply(switch (this) {
            case Literal l -> l;
            case Unit u -> u;
            case Interval i -> i;
            case Column c -> c;
            case Alias a -> a;
            case Meta m -> m;
            case Slot s -> new Slot(s.index, s.meaning.rewrite(f));
            case Arrow a -> new Arrow(a.from.rewrite(f), a.name);
            case Index i -> new Index(i.from.rewrite(f), i.index.rewrite(f));
            case Slice s -> new Slice(s.from.rewrite(f), all(s.start, f), all(s.to, f));
            case Binary b -> new Binary(b.op, b.left.rewrite(f), b.right.rewrite(f));
            case Not n -> new Not(n.of.rewrite(f));
            case Negate n -> new Negate(n.of.rewrite(f));
            case Paren p -> new Paren(p.of.rewrite(f));
            case IsNull i -> new IsNull(i.of.rewrite(f), i.not);
            case Between b -> new Between(b.of.rewrite(f), b.low.rewrite(f), b.high.rewrite(f), b.not);
            case InList i -> new InList(i.of.rewrite(f), all(i.values, f), i.not);
            case InArray i -> new InArray(i.of.rewrite(f), i.array.rewrite(f), i.not);
            case Like l -> new Like(l.of.rewrite(f), l.pattern.rewrite(f), l.escape, l.not);
            case Case c -> new Case(all(c.subject, f),
                    c.whens.stream().map(w -> new When(w.condition.rewrite(f), w.result.rewrite(f))).toList(), all(c.otherwise, f));
            case Wildcard w -> new Wildcard(w.except, w.replace.stream().map(r -> r.with(r.expr.rewrite(f))).toList());
            case Call c -> new Call(c.name, c.id, all(c.args, f), all(c.partition, f), sorts(c.order, f), all(c.when, f), c.at);
            case Window w -> new Window(w.kind, w.unit, w.length, w.interval, w.delay, all(w.filter, f), all(w.trigger, f),
                    all(w.begin, f), all(w.end, f), all(w.partition, f), w.standard, w.at);
        });
    }

    private static @Nullable Tree all(@Nullable Tree one, UnaryOperator<Tree> f) {
        return one == null ? null : one.rewrite(f);
    }

    private static List<Tree> all(List<Tree> many, UnaryOperator<Tree> f) {
        return many.stream().map(t -> t.rewrite(f)).toList();
    }

    static List<Sort> sorts(List<Sort> many, UnaryOperator<Tree> f) {
        return many.stream().map(s -> new Sort(s.expr.rewrite(f), s.ascending)).toList();
    }

    /** What parentheses hold. */
    default Tree bare() {
        return this instanceof Paren p ? p.of.bare() : this;
    }
}
