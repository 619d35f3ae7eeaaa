package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;

/** The streams and tables that rules may name. Safe for several threads. */
public final class Catalogue {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");
    private static final String RULE = "-".repeat(80);
    private static final List<String> SHOWN = List.of("CONF_KEY", "DATASOURCE", "FORMAT", "SCHEMAID", "KEY", "RETAIN_SIZE", "SHARED",
            "STRICT_VALIDATION", "TIMESTAMP", "TIMESTAMP_FORMAT", "TYPE", "EXTRA", "VERSION");

    private final FunctionTable functions;
    private final Map<String, Statement.Create> definitions = new ConcurrentSkipListMap<>();

    /** @param functions that statements may call */
    public Catalogue(FunctionTable functions) {
        this.functions = functions;
    }

    FunctionTable functions() {
        return functions;
    }

    /**
     * Runs one statement that defines, tells or removes.
     *
     * @return the lines to show
     * @throws SqlException if it is wrong, or what it names is not there or there already
     */
    public List<String> execute(String sql) {
        return switch (StatementReader.readOne(sql, functions)) {
            case Statement.Create c -> List.of(create(c));
            case Statement.Show s -> show(s.kind());
            case Statement.Describe d -> List.of(describe(get(d.kind(), d.name(), "Describe", "")));
            case Statement.Explain e -> {
                get(e.kind(), e.name(), "Explain", "");
                yield List.of("TO BE SUPPORTED");
            }
            case Statement.Drop d -> {
                get(d.kind(), d.name(), "Drop", d.kind().word() + " ");
                definitions.remove(d.name());
                yield List.of(d.kind().title() + " " + d.name() + " is dropped.");
            }
            case Statement.Select s -> throw new SqlException(1, 1, "a query (expected: CREATE, SHOW, DESCRIBE, EXPLAIN or DROP)");
        };
    }

    private String create(Statement.Create c) {
        if (!NAME.matcher(c.name()).matches()) {
            throw new SqlException("id '" + c.name() + "' contains invalid characters: only alphanumeric, hyphens and underscores are allowed");
        }
        if (definitions.putIfAbsent(c.name(), c) != null) {
            throw new SqlException("Create " + c.kind().word() + " fails: Item " + c.name() + " already exists.");
        }
        return c.kind().title() + " " + c.name() + " is created.";
    }

    /** Takes a definition, in place of another of that name. */
    void define(Statement.Create definition) {
        definitions.put(definition.name(), definition);
    }

    /**
     * Defines a stream that tells typed rows by itself.
     *
     * @param columns BIGINT, FLOAT, STRING or BOOLEAN, by column
     */
    public void define(String name, Map<String, String> columns) {
        var fields = columns.entrySet().stream().map(c -> new Statement.FieldDef(c.getKey(), DataType.Basic.valueOf(c.getValue()), null)).toList();
        define(new Statement.Create(Statement.Kind.STREAM, name, fields, Map.of("TIMESTAMP", ""), ""));
    }

    private List<String> show(Statement.Kind kind) {
        var names = definitions.values().stream().filter(d -> d.kind() == kind).map(Statement.Create::name).toList();
        return names.isEmpty() ? List.of("No " + kind.word() + " definitions are found.") : names;
    }

    private Statement.Create get(Statement.Kind kind, String name, String verb, String what) {
        var found = definitions.get(name);
        if (found == null || found.kind() != kind) {
            throw new SqlException(verb + " " + kind.word() + " fails, ".replace(",", verb.equals("Drop") ? ":" : ",") + what + name + " is not found.");
        }
        return found;
    }

    private static String describe(Statement.Create c) {
        var out = new StringBuilder("Fields\n").append(RULE).append("\n");
        for (var f : c.fields()) {
            out.append(f.name()).append("\t").append(f.type().text());
            if (f.byDefault() != null) {
                out.append("\tDEFAULT\t").append(GoText.of(f.byDefault()));
            }
            out.append("\n");
        }
        out.append("\n");
        for (var key : SHOWN) {
            var value = c.option(key);
            boolean off = value.equalsIgnoreCase("false") && (key.equals("SHARED") || key.equals("STRICT_VALIDATION"));
            if (!value.isEmpty() && !off) {
                out.append(key).append(": ").append(key.equals("SHARED") || key.equals("STRICT_VALIDATION") ? "true" : value).append("\n");
            }
        }
        return out.toString();
    }

    Optional<Statement.Create> find(String name) {
        return Optional.ofNullable(definitions.get(name));
    }
}
