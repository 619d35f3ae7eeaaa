package dev.skerry.streams.sql;

import java.util.List;
import java.util.stream.Collectors;

/** The type of a column as a definition names it. */
sealed interface DataType {

    /** The types that have no parts. */
    enum Basic implements DataType {
        BIGINT, FLOAT, STRING, BYTEA, DATETIME, BOOLEAN;

        @Override
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** A list. */
    record Array(DataType of) implements DataType {
        @Override
        public String text() {
            return "array(" + of.text() + ")";
        }
    }

    /** An object. */
    record Struct(List<Statement.FieldDef> fields) implements DataType {
        @Override
        public String text() {
            return fields.stream().map(f -> f.name() + " " + f.type().text()).collect(Collectors.joining(", ", "struct(", ")"));
        }
    }

    /** As DESCRIBE shows it. */
    String text();
}
