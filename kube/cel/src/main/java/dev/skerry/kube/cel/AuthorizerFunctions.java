package dev.skerry.kube.cel;

import static dev.skerry.kube.cel.Library.classes;
import static dev.skerry.kube.cel.Library.types;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.skerry.kube.cel.Authorizer.Asked;
import dev.skerry.kube.cel.Authorizer.Decision;

/** {@code authorizer.group('').resource('pods').check('get').allowed()} and its kin. */
final class AuthorizerFunctions {
    static final CelType AUTHORIZER = OpaqueType.create("kubernetes.authorization.Authorizer");
    static final CelType RESOURCE = OpaqueType.create("kubernetes.authorization.ResourceCheck");
    private static final CelType PATH = OpaqueType.create("kubernetes.authorization.PathCheck");
    private static final CelType GROUP = OpaqueType.create("kubernetes.authorization.GroupCheck");
    private static final CelType DECISION = OpaqueType.create("kubernetes.authorization.Decision");

    private AuthorizerFunctions() {}

    static void addTo(Library library) {
        library.member("path", "authorizer_path", PATH, types(AUTHORIZER, SimpleType.STRING), classes(Authorizer.class, String.class), args -> {
            if (((String) args[1]).isBlank()) {
                throw new CelFault("path must not be empty");
            }
            return Asked.of((Authorizer) args[0], (String) args[1], "");
        });
        library.member("group", "authorizer_group", GROUP, types(AUTHORIZER, SimpleType.STRING), classes(Authorizer.class, String.class),
                args -> Asked.of((Authorizer) args[0], "", (String) args[1]));
        library.member("serviceAccount", "authorizer_serviceaccount", AUTHORIZER, types(AUTHORIZER, SimpleType.STRING, SimpleType.STRING),
                classes(Authorizer.class, String.class, String.class), args -> ((Authorizer) args[0]).serviceAccount((String) args[1], (String) args[2]));
        library.member("resource", "groupcheck_resource", RESOURCE, types(GROUP, SimpleType.STRING), classes(Asked.class, String.class), args -> with(args, 2));
        part(library, "subresource", "resourcecheck_subresource", 3);
        part(library, "namespace", "resourcecheck_namespace", 4);
        part(library, "name", "resourcecheck_name", 5);
        part(library, "fieldSelector", "authorizer_fieldselector", 7);
        part(library, "labelSelector", "authorizer_labelselector", 8);
        library.member("check", "pathcheck_check", DECISION, types(PATH, SimpleType.STRING), classes(Asked.class, String.class), AuthorizerFunctions::check);
        library.member("check", "resourcecheck_check", DECISION, types(RESOURCE, SimpleType.STRING), classes(Asked.class, String.class), AuthorizerFunctions::check);
        library.member("errored", "decision_errored", SimpleType.BOOL, types(DECISION), classes(Decision.class), args -> !((Decision) args[0]).error().isEmpty());
        library.member("error", "decision_error", SimpleType.STRING, types(DECISION), classes(Decision.class), args -> ((Decision) args[0]).error());
        library.member("allowed", "decision_allowed", SimpleType.BOOL, types(DECISION), classes(Decision.class), args -> ((Decision) args[0]).allowed());
        library.member("reason", "decision_reason", SimpleType.STRING, types(DECISION), classes(Decision.class), args -> ((Decision) args[0]).reason());
    }

    private static void part(Library library, String name, String id, int part) {
        library.member(name, id, RESOURCE, types(RESOURCE, SimpleType.STRING), classes(Asked.class, String.class), args -> with(args, part));
    }

    private static Object with(Object[] args, int part) {
        return ((Asked) args[0]).with(part, (String) args[1]);
    }

    private static Object check(Object[] args) {
        Asked asked = ((Asked) args[0]).with(6, (String) args[1]);
        return asked.authorizer().check(asked.question());
    }
}
