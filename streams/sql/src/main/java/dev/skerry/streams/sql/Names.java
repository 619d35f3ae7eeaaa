package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds what the names of a query mean: columns of its sources, or values that its select list names. */
final class Names {

    private final List<Plan.Input> sources;
    private final boolean schemaless;
    private final List<Tree.Field> fields;
    private final Map<String, Integer> aliases = new LinkedHashMap<>();
    private final Map<Integer, Tree> bound = new HashMap<>();
    private final Map<String, Integer> slots = new HashMap<>();

    Names(List<Plan.Input> sources, List<Tree.Field> fields, SlotCounter counter) {
        this.sources = sources;
        this.fields = fields;
        schemaless = sources.stream().anyMatch(s -> s.definition().schemaless() || !s.definition().option("SCHEMAID").isEmpty());
        checkCycles();
        for (int i = 0; i < fields.size(); i++) {
            var alias = fields.get(i).alias();
            if (!alias.isEmpty()) {
                if (aliases.putIfAbsent(alias, i) != null) {
                    throw new SqlException("duplicate alias " + alias);
                }
                slots.put(alias, counter.next());
            }
        }
    }

    private void checkCycles() {
        var refs = new HashMap<String, Set<String>>();
        fields.stream().filter(f -> !f.alias().isEmpty()).forEach(f -> refs.put(f.alias(), new LinkedHashSet<>()));
        for (var f : fields) {
            if (!f.alias().isEmpty()) {
                f.expr().anyWithAliases(t -> {
                    if (t instanceof Tree.Column c && !c.name().equals(f.alias()) && refs.containsKey(c.name())) {
                        refs.computeIfAbsent(f.alias(), a -> new LinkedHashSet<>()).add(c.name());
                    }
                    return false;
                });
            }
        }
        for (var alias : refs.keySet()) {
            if (reaches(refs, alias, alias, new HashSet<>())) {
                throw new SqlException("select fields have cycled alias");
            }
        }
    }

    private static boolean reaches(Map<String, Set<String>> refs, String from, String to, Set<String> seen) {
        for (var next : refs.getOrDefault(from, Set.of())) {
            if (next.equals(to) || seen.add(next) && reaches(refs, next, to, seen)) {
                return true;
            }
        }
        return false;
    }

    /** The select list with its names found. */
    List<Tree.Field> fields() {
        var all = new ArrayList<Tree.Field>();
        for (int i = 0; i < fields.size(); i++) {
            var f = fields.get(i);
            all.add(f.with(f.alias().isEmpty() ? field(i) : alias(f.alias())));
        }
        return all;
    }

    private Tree alias(String name) {
        return new Tree.Alias(name, slots.getOrDefault(name, 0), field(aliases.getOrDefault(name, 0)));
    }

    private Tree field(int i) {
        var known = bound.get(i);
        if (known == null) {
            known = fields.get(i).expr().rewrite(t -> t instanceof Tree.Column c ? find(c, i) : t);
            bound.put(i, known);
        }
        return known;
    }

    /** An expression outside the select list. */
    Tree find(Tree tree) {
        return tree.rewrite(t -> t instanceof Tree.Column c ? find(c, -1) : t);
    }

    @Nullable Tree findIfAny(@Nullable Tree tree) {
        return tree == null ? null : find(tree);
    }

    private Tree find(Tree.Column c, int inField) {
        if (c.stream().isEmpty()) {
            var alias = aliasFor(c.name(), inField);
            if (alias != null) {
                return alias(alias);
            }
        }
        if (c.name().equals("*")) {
            return c;
        }
        return column(c);
    }

    private @Nullable String aliasFor(String name, int inField) {
        var at = aliases.get(name);
        if (at != null) {
            return at == inField ? null : name;
        }
        if (inField >= 0) {
            return null;
        }
        for (var alias : aliases.keySet()) {
            if (alias.equalsIgnoreCase(name) && sources.stream().noneMatch(s -> has(s, name))) {
                return alias;
            }
        }
        return null;
    }

    private Tree column(Tree.Column c) {
        if (!c.stream().isEmpty()) {
            var source = sources.stream().filter(s -> s.name().equals(c.stream()) || s.definition().name().equals(c.stream())).findFirst();
            if (source.isEmpty()) {
                throw new SqlException(c.at(), "stream " + c.stream() + " not found");
            }
            if (!schemaless && !has(source.get(), c.name())) {
                throw unknown(c, c.stream() + "." + c.name());
            }
            return new Tree.Column(source.get().name(), c.name(), c.at());
        }
        if (schemaless) {
            return sources.size() == 1 ? new Tree.Column(sources.getFirst().name(), c.name(), c.at()) : c;
        }
        var having = sources.stream().filter(s -> has(s, c.name())).toList();
        if (having.isEmpty()) {
            throw unknown(c, c.name());
        }
        if (having.size() > 1) {
            throw new SqlException(c.at(), "ambiguous field " + c.name() + " (expected: one of "
                    + String.join(", ", having.stream().map(s -> s.name() + "." + c.name()).toList()) + ")");
        }
        return new Tree.Column(having.getFirst().name(), c.name(), c.at());
    }

    private static boolean has(Plan.Input source, String name) {
        return source.definition().fields().stream().anyMatch(f -> f.name().equalsIgnoreCase(name));
    }

    private SqlException unknown(Tree.Column c, String shown) {
        var possible = new ArrayList<String>(aliases.keySet());
        sources.forEach(s -> s.definition().fields().forEach(f -> possible.add(f.name())));
        return new SqlException(c.at(), "unknown field " + shown + " (expected: one of " + String.join(", ", possible) + ")");
    }

    /** Gives each value that is computed once a row its place. */
    static final class SlotCounter {
        private int next;

        int next() {
            return next++;
        }
    }
}
