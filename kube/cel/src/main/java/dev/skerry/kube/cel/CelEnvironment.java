package dev.skerry.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.values.CelValueProvider;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.standard.AddOperator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Variables that expressions may use, beside Kubernetes' function libraries. Immutable and thread safe. The first use of any environment loads the language, which takes
 * memory and time: make none before there is an expression.
 */
public final class CelEnvironment {
    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true).enableTimestampEpoch(true).enableHomogeneousLiterals(true).evaluateCanonicalTypesToNativeValues(true)
            .errorOnIntWrap(true).errorOnDuplicateMapKeys(true).enableRegexPartialMatch(true).enableOptionalSyntax(true).build();
    private static final Library LIBRARY = library();
    private static final Set<CelStringExtensions.Function> STRINGS = EnumSet.complementOf(EnumSet.of(CelStringExtensions.Function.INDEX_OF, CelStringExtensions.Function.LAST_INDEX_OF));
    private static final Set<String> PATCH_FIELDS = Set.of("op", "path", "from", "value");

    private static final class SharedRuntime {
        static final CelRuntime RUNTIME = runtime(ImmutableList.of());
    }

    private final Map<String, DeclType> variables;
    private final boolean mutations;
    private final List<CelType> structures;
    private final CelCompiler compiler;

    private CelEnvironment(Builder builder) {
        this.variables = Map.copyOf(builder.variables);
        this.mutations = builder.mutations;
        List<CelType> found = new ArrayList<>();
        variables.values().forEach(v -> v.structures(found));
        this.structures = List.copyOf(found);
        this.compiler = compiler(builder, structures);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Declares variables. */
    public static final class Builder {
        private final Map<String, DeclType> variables = new LinkedHashMap<>();
        private final Set<String> optional = new LinkedHashSet<>();
        private boolean mutations;

        private Builder() {}

        /** A variable of a plain type. */
        public Builder variable(String name, ValueType type) {
            variables.put(name, plain(type));
            return this;
        }

        /** A variable that is as a schema says: an OpenAPI schema such as definitions bring; {@code resource} if it is a whole object with metadata. */
        public Builder schema(String name, JsonNode schema, boolean resource) {
            variables.put(name, DeclType.of(schema, resource, "selfType." + name).orElse(DeclType.DYN));
            return this;
        }

        /** The same, but the value may be absent: an optional in expressions. */
        public Builder optionalSchema(String name, JsonNode schema, boolean resource) {
            optional.add(name);
            return schema(name, schema, resource);
        }

        /** A variable with members of given types, such as {@code variables}. */
        public Builder structure(String name, Map<String, ValueType> members) {
            Map<String, DeclType> fields = new LinkedHashMap<>();
            members.forEach((member, type) -> fields.put(member, plain(type)));
            variables.put(name, DeclType.structure("kubernetes." + name, fields, 2));
            return this;
        }

        /** Lets expressions make {@code Object{...}} and {@code JSONPatch{...}}. */
        public Builder mutations() {
            mutations = true;
            return this;
        }

        public CelEnvironment build() {
            return new CelEnvironment(this);
        }

        private static DeclType plain(ValueType type) {
            return new DeclType("value", type.type(), Map.of(), null, List.of(), false, DeclType.DYN.maxElements(), 1);
        }
    }

    /**
     * Compiles an expression.
     *
     * @throws CelCompileException with all issues, as upstream lists them
     */
    public CelProgram compile(String expression) throws CelCompileException {
        CelCompiler with = compiler;
        CelRuntime runtime = null;
        if (mutations) {
            List<CelType> made = made(expression);
            if (!made.isEmpty()) {
                List<CelType> all = new ArrayList<>(structures);
                all.addAll(made);
                with = compiler.toCompilerBuilder().setTypeProvider(new Structures(all)).build();
                runtime = runtime(all);
            }
        }
        CelValidationResult result = with.compile(expression);
        try {
            CelAbstractSyntaxTree ast = result.getAst();
            List<CelIssue> issues = LiteralChecks.issues(ast);
            if (!issues.isEmpty()) {
                throw new CelCompileException(CelIssue.toDisplayString(issues, ast.getSource()));
            }
            return new CelProgram(ast, (runtime == null ? SharedRuntime.RUNTIME : runtime).createProgram(ast), variables);
        } catch (CelValidationException e) {
            throw new CelCompileException(IssueText.of(e));
        } catch (CelEvaluationException e) {
            throw new CelCompileException("program instantiation failed: " + e.getMessage());
        }
    }

    DeclType type(String variable) {
        return variables.getOrDefault(variable, DeclType.DYN);
    }

    /** A result as JSON, for patches and audit annotations. */
    public static JsonNode json(Object result) {
        return Values.json(result);
    }

    /** What an expression gets for a member of a structure, or for {@code authorizer.requestResource}: the question, all but its verb. */
    public static Object asked(Authorizer authorizer, String group, String resource, String subresource, String namespace, String name) {
        return new Authorizer.Asked(authorizer, new Authorizer.Question("", group, resource, subresource, namespace, name, "", "", ""));
    }

    /** The structures that an expression makes: every field that it writes is of any type. */
    private List<CelType> made(String expression) {
        Map<String, Set<String>> fields = new TreeMap<>();
        CelValidationResult parsed = compiler.parse(expression);
        if (parsed.hasError()) {
            return List.of();
        }
        try {
            Trees.walk(parsed.getAst().getExpr(), expr -> {
                if (expr.getKind() == CelExpr.ExprKind.Kind.STRUCT) {
                    String name = expr.struct().messageName();
                    if (name.equals("JSONPatch")) {
                        fields.put(name, PATCH_FIELDS);
                    } else if (name.equals("Object") || name.startsWith("Object.")) {
                        Set<String> written = fields.computeIfAbsent(name, n -> new LinkedHashSet<>());
                        expr.struct().entries().forEach(e -> written.add(e.fieldKey()));
                    }
                }
            });
        } catch (CelValidationException e) {
            return List.of();
        }
        List<CelType> types = new ArrayList<>();
        fields.forEach((name, names) -> types.add(StructType.create(name, ImmutableSet.copyOf(names),
                field -> Optional.of(name.equals("JSONPatch") && !field.equals("value") ? SimpleType.STRING : SimpleType.DYN))));
        return types;
    }

    private static CelCompiler compiler(Builder builder, List<CelType> structures) {
        CelCompilerBuilder compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(CelExtensions.optional(), CelExtensions.strings(STRINGS), CelExtensions.sets(OPTIONS), CelExtensions.lists(), CelExtensions.bindings(),
                        CelExtensions.comprehensions())
                .setTypeProvider(new Structures(structures));
        LIBRARY.addTo(compiler);
        builder.variables.forEach((name, type) -> compiler.addVar(name, builder.optional.contains(name) ? OptionalType.create(type.type()) : type.type()));
        return compiler.build();
    }

    private static CelRuntime runtime(List<CelType> structures) {
        CelRuntimeBuilder runtime = CelRuntimeFactory.plannerRuntimeBuilder()
                .setOptions(OPTIONS)
                .setStandardFunctions(CelStandardFunctions.newBuilder().filterFunctions((function, overload) ->
                        function != CelStandardFunctions.StandardFunction.EQUALS && function != CelStandardFunctions.StandardFunction.NOT_EQUALS
                                && overload != AddOperator.AddOverload.ADD_LIST && overload != AddOperator.AddOverload.ADD_STRING).build())
                .addLibraries(CelExtensions.optional(), CelExtensions.strings(STRINGS), CelExtensions.sets(OPTIONS), CelExtensions.lists(), CelExtensions.comprehensions());
        LIBRARY.addTo(runtime);
        if (!structures.isEmpty()) {
            runtime.setTypeProvider(new Structures(structures)).setValueProvider(new Makes());
        }
        return runtime.build();
    }

    private static Library library() {
        Library library = new Library();
        TextFunctions.addTo(library);
        ListFunctions.addTo(library);
        NetFunctions.addTo(library);
        AmountFunctions.addTo(library);
        FormatFunctions.addTo(library);
        AuthorizerFunctions.addTo(library);
        return library;
    }

    /** Structures by name. */
    @SuppressWarnings("Immutable")
    private record Structures(List<CelType> all) implements CelTypeProvider {
        @Override
        public ImmutableCollection<CelType> types() {
            return ImmutableList.copyOf(all);
        }

        @Override
        public Optional<CelType> findType(String name) {
            return all.stream().filter(t -> t.name().equals(name)).findFirst();
        }
    }

    /** {@code Object{...}} and {@code JSONPatch{...}} are maps. */
    private static final class Makes implements CelValueProvider {
        @Override
        public Optional<Object> newValue(String structure, Map<String, Object> fields) {
            return Optional.of(new LinkedHashMap<>(fields));
        }
    }
}
