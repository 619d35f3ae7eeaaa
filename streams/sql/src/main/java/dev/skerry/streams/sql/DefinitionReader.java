package dev.skerry.streams.sql;

import dev.skerry.streams.sql.grammar.SqlParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;

/** Reads CREATE STREAM and CREATE TABLE. */
final class DefinitionReader {

    private static final List<String> OPTIONS = List.of("DATASOURCE", "FORMAT", "KEY", "CONF_KEY", "SHARED", "STRICT_VALIDATION",
            "TYPE", "TIMESTAMP", "TIMESTAMP_FORMAT", "RETAIN_SIZE", "SCHEMAID", "EXTRA", "VERSION", "TEMP", "KIND", "DELIMITER");
    private static final Set<String> SWITCHES = Set.of("STRICT_VALIDATION", "SHARED", "TEMP");
    private static final Set<String> FORMATS = Set.of("json", "binary", "delimited", "urlencoded", "protobuf", "custom");

    Statement.Create read(SqlParser.CreateContext c, Statement.Kind kind, String written) {
        var fields = c.columns() == null ? List.<Statement.FieldDef>of() : fields(c.columns());
        var options = new LinkedHashMap<String, String>();
        for (var option : c.option()) {
            option(option, options);
        }
        var format = options.getOrDefault("FORMAT", "json").toLowerCase(Locale.ROOT);
        if (!FORMATS.contains(format)) {
            throw new SqlException(StatementReader.at(c), "option FORMAT: " + options.get("FORMAT") + " (expected: one of " + String.join(", ", FORMATS.stream().sorted().toList()) + ")");
        }
        if (format.equals("binary")) {
            checkBinary(c, kind, fields);
        }
        if (options.getOrDefault("KIND", "").equals("lookup") && options.getOrDefault("TYPE", "").equals("memory")
                && options.getOrDefault("KEY", "").isEmpty()) {
            throw new SqlException(StatementReader.at(c), "option KEY: none (expected: the key of a memory lookup table)");
        }
        return new Statement.Create(kind, StatementReader.name(c.name()), fields, Map.copyOf(options), written);
    }

    private static void checkBinary(ParserRuleContext c, Statement.Kind kind, List<Statement.FieldDef> fields) {
        if (kind == Statement.Kind.TABLE) {
            throw new SqlException(StatementReader.at(c), "option FORMAT: binary (expected: another format for a table)");
        }
        if (fields.size() > 1 || fields.size() == 1 && fields.getFirst().type() != DataType.Basic.BYTEA) {
            throw new SqlException(StatementReader.at(c), "the columns of a binary stream (expected: none, or one of type bytea)");
        }
    }

    private static void option(SqlParser.OptionContext c, Map<String, String> options) {
        var at = StatementReader.at(c);
        var key = StatementReader.name(c.name()).toUpperCase(Locale.ROOT);
        var value = c.STRING() == null ? c.getStop().getText() : StatementReader.unquote(at, c.STRING().getText());
        if (!OPTIONS.contains(key)) {
            throw new SqlException(at, "option " + key + " (expected: one of " + String.join(", ", OPTIONS) + ")");
        }
        if (SWITCHES.contains(key) && !value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            throw new SqlException(at, "option " + key + ": " + value + " (expected: true or false)");
        }
        if (key.equals("RETAIN_SIZE")) {
            try {
                Integer.parseInt(value);
            } catch (NumberFormatException e) {
                throw new SqlException(at, "option RETAIN_SIZE: " + value + " (expected: a whole number)");
            }
        }
        if (key.equals("EXTRA") && !JsonText.isValid(value)) {
            throw new SqlException(at, "option EXTRA: " + value + " (expected: JSON)");
        }
        boolean lower = key.equals("KIND") || key.equals("VERSION");
        options.put(key, lower ? value.toLowerCase(Locale.ROOT) : value);
    }

    private List<Statement.FieldDef> fields(SqlParser.ColumnsContext c) {
        var fields = new ArrayList<Statement.FieldDef>();
        for (var column : c.column()) {
            var type = type(column.type());
            var byDefault = column.defaultValue() == null ? null : byDefault(column.defaultValue(), type);
            fields.add(new Statement.FieldDef(StatementReader.name(column.name()), type, byDefault));
        }
        return fields;
    }

    private DataType type(SqlParser.TypeContext c) {
        return switch (c) {
            case SqlParser.ArrayTypeContext a -> new DataType.Array(type(a.type()));
            case SqlParser.StructTypeContext s -> new DataType.Struct(fields(s.columns()));
            default -> {
                try {
                    yield DataType.Basic.valueOf(c.getText().toUpperCase(Locale.ROOT));
                } catch (IllegalArgumentException e) {
                    throw new SqlException(StatementReader.at(c), "type " + c.getText()
                            + " (expected: bigint, float, string, datetime, boolean, bytea, array or struct)");
                }
            }
        };
    }

    private static Object byDefault(SqlParser.DefaultValueContext c, DataType type) {
        var at = StatementReader.at(c);
        var text = c.STRING() == null ? c.getText() : StatementReader.unquote(at, c.STRING().getText());
        if (type instanceof DataType.Basic basic) {
            try {
                return switch (basic) {
                    case BIGINT -> (Object) (text.equalsIgnoreCase("true") ? 1L : text.equalsIgnoreCase("false") ? 0L : Long.parseLong(text));
                    case FLOAT -> Double.parseDouble(text);
                    case STRING -> text;
                    case BOOLEAN -> switch (text.toLowerCase(Locale.ROOT)) {
                        case "true", "1", "t" -> true;
                        case "false", "0", "f" -> false;
                        default -> throw new NumberFormatException(text);
                    };
                    case BYTEA, DATETIME -> throw new SqlException(at, "DEFAULT for " + type.text() + " (expected: bigint, float, string or boolean)");
                };
            } catch (NumberFormatException e) {
                throw new SqlException(at, "DEFAULT " + c.getText() + " (expected: a " + type.text() + ")");
            }
        }
        throw new SqlException(at, "DEFAULT for " + type.text() + " (expected: bigint, float, string or boolean)");
    }
}
