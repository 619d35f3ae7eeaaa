package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Between JSON and the values that expressions work on. */
final class Values {
    private static final JsonNodeFactory MAKE = JsonNodeFactory.instance;

    private Values() {}

    static Object of(JsonNode node, DeclType type) {
        return switch (node) {
            case ObjectNode object -> new JsonMap(object, type);
            case ArrayNode array -> new JsonList(array, type);
            default -> scalar(node, type.kind());
        };
    }

    private static Object scalar(JsonNode node, String kind) {
        return switch (node.getNodeType()) {
            case BOOLEAN -> node.asBoolean();
            case NUMBER -> !kind.equals("double") && (node.isIntegralNumber() || kind.equals("int")) && node.canConvertToLong() ? (Object) node.asLong() : node.asDouble();
            case STRING -> text(node.asText(), kind);
            default -> NullValue.NULL_VALUE;
        };
    }

    private static Object text(String text, String kind) {
        try {
            return switch (kind) {
                case "bytes" -> CelByteString.of(Base64.getDecoder().decode(text));
                case "timestamp" -> OffsetDateTime.parse(text).toInstant();
                case "date" -> LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
                case "duration" -> GoDuration.parse(text).orElseThrow(() -> new CelFault("invalid data, expected duration string: " + text));
                default -> text;
            };
        } catch (DateTimeParseException | IllegalArgumentException e) {
            throw new CelFault("invalid data, expected " + kind + " string: " + text);
        }
    }

    /** A result as JSON. */
    static JsonNode json(Object value) {
        return switch (value) {
            case JsonNode node -> node;
            case JsonMap map -> map.object();
            case Map<?, ?> map -> {
                ObjectNode object = MAKE.objectNode();
                map.forEach((k, v) -> {
                    if (!(v instanceof Optional<?> o)) {
                        object.set(Escaping.unescape(String.valueOf(k)), json(v));
                    } else {
                        o.ifPresent(x -> object.set(Escaping.unescape(String.valueOf(k)), json(x)));
                    }
                });
                yield object;
            }
            case List<?> list -> {
                ArrayNode array = MAKE.arrayNode();
                list.forEach(v -> array.add(json(v)));
                yield array;
            }
            case Optional<?> o -> o.isPresent() ? json(o.get()) : MAKE.nullNode();
            case Boolean b -> MAKE.booleanNode(b);
            case Long n -> MAKE.numberNode(n);
            case UnsignedLong n -> MAKE.numberNode(n.bigIntegerValue());
            case Double n -> MAKE.numberNode(n);
            case String s -> MAKE.textNode(s);
            case CelByteString bytes -> MAKE.textNode(Base64.getEncoder().encodeToString(bytes.toByteArray()));
            case Instant time -> MAKE.textNode(time.toString());
            case Duration duration -> MAKE.textNode(GoDuration.text(duration));
            case NullValue nothing -> MAKE.nullNode();
            default -> MAKE.textNode(value.toString());
        };
    }
}
