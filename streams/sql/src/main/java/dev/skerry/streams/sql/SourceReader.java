package dev.skerry.streams.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Brings what a source told into the shape of its definition. */
final class SourceReader {

    private final List<Statement.FieldDef> fields;
    private final String timeColumn;
    private final boolean eventTime;
    private final boolean strict;
    private final String format;
    private final ZoneId zone;
    private final boolean ignoreCase;

    /** A row with its time. */
    record Taken(Map<String, @Nullable Object> values, long time) {}

    SourceReader(Statement.Create definition, String timeColumn, Set<String> used, boolean eventTime, RuleOptions options) {
        this.timeColumn = timeColumn;
        this.eventTime = eventTime && !timeColumn.isEmpty();
        zone = options.zone();
        ignoreCase = options.ignoreCase();
        fields = used.contains("*") ? definition.fields()
                : definition.fields().stream().filter(f -> used.contains(f.name()) || f.name().equals(timeColumn)).toList();
        strict = definition.is("STRICT_VALIDATION") && !definition.schemaless();
        format = definition.option("TIMESTAMP_FORMAT");
    }

    /**
     * The row with its event time, or with {@code now} in processing time.
     *
     * @throws EvalException if it does not fit
     */
    Taken take(Map<String, @Nullable Object> told, long now) {
        var values = told;
        if (strict) {
            try {
                values = checked(fields, told);
            } catch (EvalException e) {
                throw new EvalException("error in preprocessor: " + e.text());
            }
        }
        return new Taken(values, eventTime ? time(values) : now);
    }

    private long time(Map<String, @Nullable Object> values) {
        if (!values.containsKey(timeColumn)) {
            throw new EvalException("cannot find timestamp field " + timeColumn + " in tuple " + GoText.of(values));
        }
        try {
            return TimeText.of(values.get(timeColumn), format, zone).toInstant().toEpochMilli();
        } catch (EvalException e) {
            throw new EvalException("cannot convert timestamp field " + timeColumn + " to timestamp with error " + e.text());
        }
    }

    private Map<String, @Nullable Object> checked(List<Statement.FieldDef> fields, Map<String, @Nullable Object> told) {
        var values = new LinkedHashMap<String, @Nullable Object>(told);
        for (var field : fields) {
            var there = Row.find(told, field.name(), ignoreCase);
            if (there == Row.ABSENT) {
                if (field.byDefault() == null) {
                    throw new EvalException("field " + field.name() + " is not found");
                }
                values.put(field.name(), field.byDefault());
                continue;
            }
            try {
                values.put(field.name(), convert(field.type(), there));
            } catch (EvalException e) {
                throw new EvalException("field " + field.name() + " type mismatch: " + e.text());
            }
        }
        return values;
    }

    private @Nullable Object convert(DataType type, @Nullable Object value) {
        return switch (type) {
            case DataType.Basic b -> basic(b, value);
            case DataType.Array a -> switch (value) {
                case null -> new ArrayList<>();
                case List<?> l -> elements(a, l);
                default -> throw new EvalException("expect array but got " + GoText.of(value));
            };
            case DataType.Struct s -> switch (value) {
                case null -> new LinkedHashMap<>();
                case Map<?, ?> m -> checked(s.fields(), strings(m));
                case String text -> checked(s.fields(), parse(text));
                default -> throw new EvalException("expect struct but found " + typed(value));
            };
        };
    }

    private List<@Nullable Object> elements(DataType.Array type, List<?> list) {
        var all = new ArrayList<@Nullable Object>();
        for (var e : list) {
            try {
                all.add(e == null && !(type.of() instanceof DataType.Basic) ? null : convert(type.of(), e));
            } catch (EvalException x) {
                throw new EvalException("array element type mismatch: " + x.text());
            }
        }
        return all;
    }

    private static Map<String, @Nullable Object> parse(String text) {
        try {
            return strings(JsonText.object(text));
        } catch (JsonProcessingException e) {
            throw new EvalException("invalid data type, expect map but found string(" + text + ")");
        }
    }

    private static Map<String, @Nullable Object> strings(Map<?, ?> m) {
        var copy = new LinkedHashMap<String, @Nullable Object>();
        m.forEach((k, v) -> copy.put(String.valueOf(k), v));
        return copy;
    }

    private Object basic(DataType.Basic type, @Nullable Object value) {
        return switch (type) {
            case BIGINT -> value instanceof Number n ? (Object) n.longValue() : refuse(value, "int64");
            case FLOAT -> value instanceof Number n ? (Object) n.doubleValue() : refuse(value, "float64");
            case BOOLEAN -> value instanceof Boolean b ? b : refuse(value, "bool");
            case STRING -> switch (value) {
                case String s -> s;
                case byte[] b -> new String(b, StandardCharsets.UTF_8);
                case null, default -> refuse(value, "string");
            };
            case DATETIME -> TimeText.of(value, format, zone);
            case BYTEA -> switch (value) {
                case byte[] b -> b;
                case String s -> bytes(s);
                case null, default -> refuse(value, "bytea");
            };
        };
    }

    private static byte[] bytes(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static Object refuse(@Nullable Object value, String wanted) {
        throw new EvalException("cannot convert " + typed(value) + " to " + wanted);
    }

    private static String typed(@Nullable Object value) {
        return value instanceof Long l ? "int(" + l + ")" : GoText.typed(value);
    }

    /** A row as JSON has told it: numbers are floats, but for the columns that the definition has as integers. */
    static Map<String, @Nullable Object> ofJson(Map<String, @Nullable Object> told, List<Statement.FieldDef> fields) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        told.forEach((k, v) -> {
            var type = fields.stream().filter(f -> f.name().equals(k)).map(Statement.FieldDef::type).findFirst().orElse(null);
            values.put(k, ofJson(v, type));
        });
        return values;
    }

    private static @Nullable Object ofJson(@Nullable Object value, @Nullable DataType type) {
        return switch (value) {
            case Long l -> type == DataType.Basic.BIGINT || type == DataType.Basic.DATETIME ? (Object) l : l.doubleValue();
            case Map<?, ?> m -> ofJson(strings(m), type instanceof DataType.Struct s ? s.fields() : List.of());
            case List<?> l -> {
                var all = new ArrayList<@Nullable Object>();
                l.forEach(e -> all.add(ofJson(e, type instanceof DataType.Array a ? a.of() : null)));
                yield all;
            }
            case null, default -> value;
        };
    }
}
