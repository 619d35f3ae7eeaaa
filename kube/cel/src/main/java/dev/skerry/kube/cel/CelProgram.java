package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A compiled expression. Thread safe. */
public final class CelProgram {
    private static final Pattern KEY = Pattern.compile("key '(.*)' is not present in map\\.|Error resolving fields? '(.*)'\\. Field selections.*|Map value cannot be null for key: (.*)");
    private static final Pattern PLACE = Pattern.compile("^evaluation error(?: at [^:]*:\\d+)?: ");

    private final CelAbstractSyntaxTree ast;
    private final CelRuntime.Program program;
    private final Map<String, DeclType> variables;

    CelProgram(CelAbstractSyntaxTree ast, CelRuntime.Program program, Map<String, DeclType> variables) {
        this.ast = ast;
        this.program = program;
        this.variables = variables;
    }

    public ValueType resultType() {
        return new ValueType(ast.getResultType());
    }

    /** Whether the expression names the variable. */
    public boolean uses(String variable) {
        return ast.getReferenceMap().values().stream().anyMatch(r -> r.name().equals(variable));
    }

    CelAbstractSyntaxTree ast() {
        return ast;
    }

    /**
     * Evaluates the expression.
     *
     * @param values of the variables: JSON (a null node is null), an {@code Optional} of JSON, an {@link Authorizer}, a map of suppliers for a structure whose members
     *     are computed when they are used, or the result of another expression. A variable that is missing here is an error only where it is used.
     * @param budget of the request; what this evaluation costs is taken from it
     * @return Boolean, Long, String, List and so on; {@link CelEnvironment#json} turns it into JSON
     * @throws CelRunException with upstream's text
     */
    public Object eval(Map<String, ?> values, CelBudget budget) throws CelRunException {
        CostMeter meter = new CostMeter(CelBudget.CALL);
        CelVariableResolver resolver = name -> Optional.ofNullable(values.get(name)).map(value -> value(name, value));
        try {
            Object result = program.trace(resolver, meter);
            if (meter.exceeded()) {
                throw CelRunException.tooCostly();
            }
            return result;
        } catch (CelEvaluationException e) {
            throw meter.exceeded() ? CelRunException.tooCostly() : new CelRunException(text(e));
        } catch (CelFault e) {
            throw new CelRunException(e.text());
        } finally {
            budget.take(meter.cost());
        }
    }

    @SuppressWarnings("unchecked")
    private Object value(String name, Object value) {
        DeclType type = variables.getOrDefault(name, DeclType.DYN);
        return switch (value) {
            case JsonNode node -> Values.of(node, type);
            case Optional<?> optional -> optional.map(v -> v instanceof JsonNode node ? Values.of(node, type) : v);
            case Map<?, ?> map when !(map instanceof MapValue) && !map.isEmpty() && map.values().iterator().next() instanceof Supplier<?> -> new LazyMap((Map<String, Supplier<Object>>) map);
            default -> value;
        };
    }

    private static String text(CelEvaluationException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CelFault fault) {
                return fault.text();
            }
        }
        String message = PLACE.matcher(String.valueOf(failure.getMessage())).replaceFirst("");
        CelErrorCode code = failure.getErrorCode();
        return switch (code) {
            case ATTRIBUTE_NOT_FOUND -> {
                Matcher key = KEY.matcher(message);
                if (message.startsWith("No such attribute(s)")) {
                    yield "n" + message.substring(1);
                }
                yield "no such key: " + (key.matches() ? key.group(1) != null ? key.group(1) : key.group(2) != null ? key.group(2) : key.group(3) : message);
            }
            case OVERLOAD_NOT_FOUND -> "no such overload";
            case INDEX_OUT_OF_BOUNDS -> "index out of bounds: " + message.replaceFirst("(?i)^index out of bounds: ", "");
            case DIVIDE_BY_ZERO -> message.contains("odul") ? "modulus by zero" : "division by zero";
            case NUMERIC_OVERFLOW -> "integer overflow";
            default -> message;
        };
    }
}
