package dev.skerry.kube.schema;

/** Rules of roles and bindings. */
final class RbacValidation {
    private static final String GROUP = "rbac.authorization.k8s.io";

    private RbacValidation() {}

    static void role(Place role, boolean namespaced) {
        role.get("rules").items().forEach(r -> rule(r, namespaced));
        Place aggregation = role.get("aggregationRule");
        if (namespaced || !aggregation.given()) {
            return;
        }
        Place selectors = aggregation.get("clusterRoleSelectors");
        if (selectors.blank()) {
            selectors.required("at least one clusterRoleSelector required if aggregationRule is non-nil");
        }
        for (Place selector : selectors.items()) {
            if (!Selectors.labels(selector)) {
                selector.invalidAs("null", "invalid label selector.");
            }
        }
    }

    private static void rule(Place rule, boolean namespaced) {
        if (rule.get("verbs").blank()) {
            rule.get("verbs").required("verbs must contain at least one value");
        }
        Place urls = rule.get("nonResourceURLs");
        if (!urls.blank()) {
            if (namespaced) {
                urls.invalid("namespaced rules cannot apply to non-resource URLs");
            }
            if (!rule.get("apiGroups").blank() || !rule.get("resources").blank() || !rule.get("resourceNames").blank()) {
                urls.invalid("rules cannot apply to both regular resources and non-resource URLs");
            }
            return;
        }
        if (rule.get("apiGroups").blank()) {
            rule.get("apiGroups").required("resource rules must supply at least one api group");
        }
        if (rule.get("resources").blank()) {
            rule.get("resources").required("resource rules must supply at least one resource");
        }
    }

    static void binding(Place binding, boolean namespaced) {
        Place role = binding.get("roleRef");
        if (!role.get("apiGroup").is(GROUP)) {
            role.get("apiGroup").notSupported(GROUP);
        }
        if (namespaced ? !role.get("kind").in("Role", "ClusterRole") : !role.get("kind").is("ClusterRole")) {
            if (namespaced) {
                role.get("kind").notSupported("Role", "ClusterRole");
            } else {
                role.get("kind").notSupported("ClusterRole");
            }
        }
        if (role.get("name").must()) {
            role.get("name").invalidAll(Names.pathSegment(role.get("name").text()));
        }
        binding.get("subjects").items().forEach(s -> subject(s, namespaced));
    }

    private static void subject(Place subject, boolean namespaced) {
        Place name = subject.get("name");
        Place group = subject.get("apiGroup");
        name.must();
        switch (subject.get("kind").text()) {
            case "ServiceAccount" -> {
                if (!name.blank()) {
                    name.subdomain();
                }
                if (!group.text().isEmpty()) {
                    group.notSupported("");
                }
                if (!namespaced && subject.get("namespace").blank()) {
                    subject.get("namespace").required();
                }
            }
            case "User", "Group" -> {
                if (!group.is(GROUP)) {
                    group.notSupported(GROUP);
                }
            }
            default -> subject.get("kind").notSupported("ServiceAccount", "User", "Group");
        }
    }

    static void bindingUpdate(Place binding, Place old) {
        Place role = binding.get("roleRef");
        if (!role.same(old.get("roleRef"))) {
            role.invalidAs(GoView.show(role.value(), "k8s.io.api.rbac.v1.RoleRef"), "cannot change roleRef");
        }
    }
}
