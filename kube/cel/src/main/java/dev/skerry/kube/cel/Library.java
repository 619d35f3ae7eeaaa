package dev.skerry.kube.cel;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelRuntimeBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Functions that Kubernetes adds to the language: declarations for the checker, bindings for the runtime. */
final class Library {
    /** What a function does; arguments have the declared types. */
    @FunctionalInterface
    interface Body {
        Object apply(Object[] args);
    }

    private final Map<String, List<CelOverloadDecl>> declared = new LinkedHashMap<>();
    private final Map<String, List<CelFunctionBinding>> bound = new LinkedHashMap<>();
    private final List<CelFunctionBinding> alone = new ArrayList<>();

    /** A function that is called on its first argument. */
    void member(String name, String id, CelType result, List<CelType> parameters, List<Class<?>> classes, Body body) {
        declared.computeIfAbsent(name, n -> new ArrayList<>()).add(CelOverloadDecl.newMemberOverload(id, result, parameters));
        bind(name, id, classes, body);
    }

    void global(String name, String id, CelType result, List<CelType> parameters, List<Class<?>> classes, Body body) {
        declared.computeIfAbsent(name, n -> new ArrayList<>()).add(CelOverloadDecl.newGlobalOverload(id, result, parameters));
        bind(name, id, classes, body);
    }

    /** A function on lists, whose body looks at the items itself: what differs between its overloads is what the checker lets through. */
    @SuppressWarnings("Immutable")
    void onLists(String name, Map<String, CelType> results, Map<String, CelType> items, Body body) {
        CelFunctionOverload overload = args -> body.apply(args);
        results.forEach((id, result) -> {
            declared.computeIfAbsent(name, n -> new ArrayList<>()).add(CelOverloadDecl.newMemberOverload(id, result, ListType.create(items.getOrDefault(id, SimpleType.DYN))));
            alone.add(CelFunctionBinding.from(id, ImmutableList.of(List.class), overload));
        });
        alone.add(CelFunctionBinding.from(name, ImmutableList.of(List.class), overload));
    }

    /** Only what it does: the language declares it already. */
    @SuppressWarnings("Immutable")
    void bind(String name, String id, List<Class<?>> classes, Body body) {
        CelFunctionOverload overload = args -> body.apply(args);
        bound.computeIfAbsent(name, n -> new ArrayList<>()).add(CelFunctionBinding.from(id, ImmutableList.copyOf(classes), overload));
    }

    void addTo(CelCompilerBuilder compiler) {
        declared.forEach((name, overloads) -> compiler.addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(name, overloads.toArray(CelOverloadDecl[]::new))));
    }

    void addTo(CelRuntimeBuilder runtime) {
        runtime.addFunctionBindings(alone);
        bound.forEach((name, overloads) -> runtime.addFunctionBindings(CelFunctionBinding.fromOverloads(name, overloads)));
    }

    static List<CelType> types(CelType... types) {
        return Arrays.asList(types);
    }

    static List<Class<?>> classes(Class<?>... classes) {
        return Arrays.asList(classes);
    }
}
