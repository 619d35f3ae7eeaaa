package dev.skerry.streams.functions;

import dev.skerry.streams.functions.Argument.Shape;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rule and its message, nulls, kept state, JSON paths. */
final class MiscFunctions {

    private MiscFunctions() {}

    static void addTo(Catalogue to) {
        to.pure("bypass(value, ...)", "as the argument", "the first argument as it is", Checks.ANY, NullRule.PASS, args -> args.length == 0 ? null : args[0]);
        to.pure("isnull(value)", "boolean", "whether the value is null", Checks.exactly(1), NullRule.PASS, args -> args[0] == null);
        to.pure("coalesce(value, ...)", "as the arguments", "the first value that is not null", args -> args.isEmpty() ? "The arguments should be at least one." : null,
                NullRule.PASS, MiscFunctions::coalesce);
        to.scalar("newuuid()", "text", "a new UUID", Checks.exactly(0), NullRule.PASS, (args, call) -> uuid(call));
        to.scalar("props(name)", "text", "a property of this site's configuration; empty if there is none", Checks.ONE_TEXT, NullRule.NULL,
                (args, call) -> call.property(Values.text(args[0], "invalid input " + Printed.of(args[0]) + ": must be property name of string type")).orElse(""));
        to.scalar("rule_id()", "text", "the rule's name", Checks.exactly(0), NullRule.PASS, (args, call) -> call.ruleId());
        to.scalar("rule_start()", "integer", "when the rule began, in epoch milliseconds", Checks.exactly(0), NullRule.PASS, (args, call) -> call.ruleStart());
        to.pure("meta(name)", "any", "metadata of the message", Checks.all(Checks.exactly(1), Checks.require(0, "meta reference", Shape.META)), NullRule.PASS, args -> args[0]);
        to.pure("mqtt(topic or messageid)", "text", "the topic or the number of the MQTT message", MiscFunctions::checkMqtt, NullRule.NULL,
                args -> args[0] instanceof String ? args[0] : null);
        to.scalar("delay(milliseconds, value)", "as the argument", "the value, after so long a wait", Checks.all(Checks.exactly(2), Checks.number(0)), NullRule.NULL,
                (args, call) -> {
                    call.pause(Duration.ofMillis(Math.max(0, Values.cutNumber(args[0]))));
                    return args[1];
                });
        to.scalar("get_keyed_state(key, type, default)", "the type", "a value that was kept under the key for all rules, or the default",
                args -> Conversions.checkType(args, 3, "expect one of following value for the 2nd parameter: bigint, float, string, boolean, datetime",
                        Set.of("bigint", "float", "string", "boolean", "datetime")), NullRule.PASS, MiscFunctions::keyedState);
        to.scalar("put_keyed_state(key, value)", "as the argument", "the value, which is from then on kept under the key for all rules", Checks.all(Checks.exactly(2), Checks.text(0)),
                NullRule.PASS, (args, call) -> {
                    call.keepState(Values.text(args[0], "key " + Printed.of(args[0]) + " is not a string"), args[1]);
                    return args[1];
                });
        to.remembering("json_path_query(value, path)", "any", "what the path finds; a list if it may find several", Checks.JSON_PATH, NullRule.PASS,
                () -> new PathBody(found -> found));
        to.remembering("json_path_query_first(value, path)", "any", "the first that the path finds", Checks.JSON_PATH, NullRule.PASS,
                () -> new PathBody(MiscFunctions::first));
        to.remembering("json_path_exists(value, path)", "boolean", "whether the path finds anything", Checks.JSON_PATH, NullRule.PASS, () -> {
            var body = new PathBody(found -> found);
            return (args, call) -> exists(body, args, call);
        });
        to.remembering("compress(value, method)", "bytes", "the bytes compressed by zlib, gzip or flate", Checks.TWO_TEXTS, NullRule.PASS, () -> new Compression(true));
        to.remembering("decompress(value, method)", "bytes", "the bytes that were compressed by zlib, gzip or flate", Checks.TWO_TEXTS, NullRule.PASS,
                () -> new Compression(false));
    }

    private static @Nullable Object coalesce(@Nullable Object[] args) {
        for (var arg : args) {
            if (arg != null) {
                return arg;
            }
        }
        return null;
    }

    private static String uuid(Call call) {
        var high = call.random().nextLong() & ~0xf000L | 0x4000L;
        var low = call.random().nextLong() & ~(3L << 62) | 2L << 62;
        return new UUID(high, low).toString();
    }

    private static @Nullable String checkMqtt(List<Argument> args) {
        var problem = Checks.all(Checks.exactly(1), Checks.refuse(0, "meta reference", Shape.INTEGER, Shape.TIME, Shape.BOOLEAN, Shape.STRING, Shape.FLOAT)).problem(args);
        return problem == null && args.getFirst().is(Shape.META) && args.getFirst().value() instanceof String name
                && !name.equalsIgnoreCase("topic") && !name.equalsIgnoreCase("messageid")
                ? "Parameter of mqtt function can be only topic or messageid." : problem;
    }

    private static @Nullable Object keyedState(@Nullable Object[] args, Call call) {
        if (args.length != 3) {
            throw new FunctionException("the args must be two or three");
        }
        var kept = call.keyedState(Values.text(args[0], "key " + Printed.of(args[0]) + " is not a string"));
        return kept.isEmpty() ? args[2] : Conversions.cast(kept.get(), Values.text(args[1], "expect string type for type parameter"), call);
    }

    private static @Nullable Object first(@Nullable Object found) {
        var list = Values.list(found, "query result (" + (found == null ? "<nil>" : Printed.of(found)) + ") is not an array");
        if (list.isEmpty()) {
            throw new FunctionException("query result is an empty array");
        }
        return list.getFirst();
    }

    private static boolean exists(PathBody body, @Nullable Object[] args, Call call) {
        try {
            var found = body.apply(args, call);
            return found instanceof List<?> list ? !list.isEmpty() : found != null;
        } catch (FunctionException e) {
            // What cannot be followed does not exist.
            return false;
        }
    }

    /** Keeps the last path compiled: it hardly ever changes. */
    private static final class PathBody implements Catalogue.Body {

        private final Catalogue.PureBody then;
        private @Nullable String text;
        private @Nullable JsonPath path;

        PathBody(java.util.function.Function<@Nullable Object, @Nullable Object> then) {
            this.then = found -> then.apply(found[0]);
        }

        @Override
        public @Nullable Object apply(@Nullable Object[] args, Call call) {
            var wanted = Values.text(args[1], "invalid jsonPath, must be a string but got " + Printed.of(args[1]));
            var compiled = path;
            if (compiled == null || !wanted.equals(text)) {
                compiled = JsonPath.of(wanted);
                path = compiled;
                text = wanted;
            }
            return then.apply(new @Nullable Object[] {compiled.find(root(args[0]))});
        }

        private static @Nullable Object root(@Nullable Object value) {
            return switch (value) {
                case Map<?, ?> v -> v;
                case List<?> v -> v;
                case String v -> parsed(v);
                case null -> throw new FunctionException("invalid data nil for jsonpath");
                default -> throw new FunctionException("invalid data " + Printed.of(value) + " for jsonpath");
            };
        }

        private static @Nullable Object parsed(String text) {
            try {
                return JsonText.parse(text);
            } catch (FunctionException e) {
                throw new FunctionException("data '" + text + "' is not a valid json string");
            }
        }
    }
}
