package dev.skerry.streams.sql;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one statement asks for. */
sealed interface Statement {

    /** Whether a statement names a stream or a table. */
    enum Kind {
        STREAM, TABLE;

        String word() {
            return this == STREAM ? "stream" : "table";
        }

        String title() {
            return this == STREAM ? "Stream" : "Table";
        }
    }

    /** A query. */
    record Select(
            List<Tree.Field> fields, Source from, List<Join> joins, @Nullable Tree where, List<Tree> groups, Tree.@Nullable Window window,
            @Nullable Tree having, List<Tree.Sort> order, int limit, int calls) implements Statement {

        static final int NO_LIMIT = -1;
    }

    /** A source with the name by which its columns are asked for. */
    record Source(String stream, String alias, String timeColumn) {
        String name() {
            return alias.isEmpty() ? stream : alias;
        }
    }

    /** How two sides meet. */
    enum JoinKind { INNER, LEFT, RIGHT, FULL, CROSS }

    /** One more source. */
    record Join(JoinKind kind, Source source, @Nullable Tree on) {}

    /**
     * A definition.
     *
     * @param options by upper-case key
     */
    record Create(Kind kind, String name, List<FieldDef> fields, Map<String, String> options, String text) implements Statement {

        String option(String key) {
            return Optional.ofNullable(options.get(key)).orElse("");
        }

        boolean is(String key) {
            return option(key).equalsIgnoreCase("true");
        }

        boolean schemaless() {
            return fields.isEmpty();
        }
    }

    /** A column of a definition. */
    record FieldDef(String name, DataType type, @Nullable Object byDefault) {}

    /** All of a kind. */
    record Show(Kind kind) implements Statement {}

    /** Tells how a definition was written. */
    record Describe(Kind kind, String name) implements Statement {}

    /** Tells how it would be read. */
    record Explain(Kind kind, String name) implements Statement {}

    /** Removes a definition. */
    record Drop(Kind kind, String name) implements Statement {}
}
