package dev.skerry.kube.schema;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of webhooks that are asked at admission, and of what they share with admission policies. */
final class WebhookValidation {
    private static final int LONGEST_WAIT = 30;
    private static final int CONDITIONS = 64;

    private WebhookValidation() {}

    static void configuration(Place configuration, boolean mutating) {
        Set<String> names = new HashSet<>();
        for (Place hook : configuration.get("webhooks").items()) {
            hook(hook, mutating);
            versions(hook.get("admissionReviewVersions"));
            Place name = hook.get("name");
            if (!name.blank() && !names.add(name.text())) {
                name.duplicate();
            }
        }
    }

    private static void hook(Place hook, boolean mutating) {
        fullName(hook.get("name"));
        hook.get("rules").items().forEach(r -> rule(r, true));
        given(hook.get("failurePolicy"), "Fail", "Ignore");
        given(hook.get("matchPolicy"), "Equivalent", "Exact");
        Place effects = hook.get("sideEffects");
        if (!effects.given()) {
            effects.required("must specify one of None, NoneOnDryRun");
        }
        given(effects, "None", "NoneOnDryRun");
        Place wait = hook.get("timeoutSeconds");
        if (wait.given() && (wait.number() < 1 || wait.number() > LONGEST_WAIT)) {
            wait.invalid("the timeout value must be between 1 and 30 seconds");
        }
        Selectors.labels(hook.get("namespaceSelector"));
        Selectors.labels(hook.get("objectSelector"));
        if (mutating) {
            given(hook.get("reinvocationPolicy"), "IfNeeded", "Never");
        }
        client(hook.get("clientConfig"));
        conditions(hook.get("matchConditions"));
    }

    static void given(Place place, String... allowed) {
        if (place.given() && !place.in(allowed)) {
            place.notSupported(allowed);
        }
    }

    private static void fullName(Place name) {
        if (!name.must()) {
            return;
        }
        List<String> faults = Names.subdomain(name.text());
        name.invalidAll(faults);
        if (faults.isEmpty() && name.text().split("\\.").length < 3) {
            name.invalidText("should be a domain with at least three segments separated by dots");
        }
    }

    private static void versions(Place versions) {
        if (versions.blank()) {
            versions.required("must specify one of v1, v1beta1");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (Place version : versions.items()) {
            if (seen.add(version.text())) {
                version.invalidAll(Forms.dns1035(version.text()));
            } else {
                version.invalidText("duplicate version");
            }
        }
        if (!seen.contains("v1") && !seen.contains("v1beta1")) {
            versions.invalid("must include at least one of v1, v1beta1");
        }
    }

    private static void client(Place client) {
        Place url = client.get("url");
        Place service = client.get("service");
        if (url.given() == service.given()) {
            client.required("exactly one of url or service is required");
        } else if (url.given()) {
            url(url);
        } else {
            service(service);
        }
    }

    static void service(Place service) {
        service.get("name").must();
        service.get("namespace").must();
        Place path = service.get("path");
        long port = service.get("port").number();
        if (port < 1 || port > 65_535) {
            service.get("port").invalidNumber("port is not valid: must be between 1 and 65535, inclusive");
        }
        if (!path.given()) {
            return;
        }
        String text = path.text();
        if (text.equals("/")) {
            return;
        }
        if (text.equals("//")) {
            path.invalidText("segment[0] may not be empty");
        } else if (!text.startsWith("/")) {
            path.invalidText("must start with a '/'");
        }
        if (text.isEmpty()) {
            return;
        }
        String[] parts = (text.endsWith("/") ? text.substring(0, text.length() - 1) : text).replaceFirst("^/", "").split("/", -1);
        for (int i = 0; i < parts.length && !text.equals("//"); i++) {
            int at = i;
            if (parts[i].isEmpty()) {
                path.invalidText("segment[" + i + "] may not be empty");
            } else {
                Names.subdomain(parts[i]).forEach(f -> path.invalidText("segment[" + at + "]: " + f));
            }
        }
    }

    private static void url(Place url) {
        String form = "; desired format: https://host[/path]";
        URI uri;
        try {
            uri = new URI(url.text());
        } catch (URISyntaxException e) {
            url.required("url must be a valid URL: " + e.getMessage() + form);
            return;
        }
        if (!"https".equals(uri.getScheme())) {
            url.invalidAs(Names.quote(String.valueOf(uri.getScheme() == null ? "" : uri.getScheme())), "'https' is the only allowed URL scheme" + form);
        }
        if (uri.getRawAuthority() == null || uri.getRawAuthority().isEmpty()) {
            url.invalidAs("\"\"", "host must be specified" + form);
        }
        if (uri.getRawUserInfo() != null) {
            url.invalidAs(Names.quote(uri.getRawUserInfo()), "user information is not permitted in the URL");
        }
        if (uri.getRawFragment() != null && !uri.getRawFragment().isEmpty()) {
            url.invalidAs(Names.quote(uri.getRawFragment()), "fragments are not permitted in the URL");
        }
        if (uri.getRawQuery() != null && !uri.getRawQuery().isEmpty()) {
            url.invalidAs(Names.quote(uri.getRawQuery()), "query parameters are not permitted in the URL");
        }
    }

    /** @param subresources whether the rule may name subresources */
    static void rule(Place rule, boolean subresources) {
        Place operations = rule.get("operations");
        if (operations.blank()) {
            operations.required();
        }
        others(operations, "operations");
        for (Place operation : operations.items()) {
            if (!operation.in("*", "CONNECT", "CREATE", "DELETE", "UPDATE")) {
                operation.notSupported("*", "CONNECT", "CREATE", "DELETE", "UPDATE");
            }
        }
        for (String list : List.of("apiGroups", "apiVersions")) {
            if (rule.get(list).blank()) {
                rule.get(list).required();
            }
            others(rule.get(list), list.equals("apiGroups") ? "API groups" : "API versions");
        }
        rule.get("apiVersions").items().forEach(Place::must);
        resources(rule.get("resources"), subresources);
        given(rule.get("scope"), "*", "Cluster", "Namespaced");
    }

    private static void others(Place list, String what) {
        if (list.value().size() > 1 && list.texts().contains("*")) {
            list.invalid("if '*' is present, must not specify other " + what);
        }
    }

    /** Looked at one after the other, as upstream does, so that only what stood before a resource counts against it. */
    private static void resources(Place resources, boolean subresources) {
        if (resources.blank()) {
            resources.required();
        }
        Set<String> whole = new HashSet<>();
        Set<String> everywhere = new HashSet<>();
        boolean anything = false;
        boolean all = false;
        boolean plain = false;
        for (Place resource : resources.items()) {
            String text = resource.text();
            resource.must();
            anything |= text.equals("*/*");
            all |= text.equals("*");
            String[] parts = text.split("/", 2);
            if (parts.length == 1) {
                plain = !text.equals("*");
                continue;
            }
            if (whole.contains(parts[0])) {
                resource.invalidText("if '" + parts[0] + "/*' is present, must not specify " + text);
            }
            if (everywhere.contains(parts[1])) {
                resource.invalidText("if '*/" + parts[1] + "' is present, must not specify " + text);
            }
            if (parts[1].equals("*")) {
                whole.add(parts[0]);
            }
            if (parts[0].equals("*")) {
                everywhere.add(parts[1]);
            }
        }
        if (resources.value().size() > 1 && anything) {
            resources.invalid("if '*/*' is present, must not specify other resources");
        }
        if (all && plain) {
            resources.invalid("if '*' is present, must not specify other resources without subresources");
        }
        if (!subresources && resources.texts().stream().anyMatch(t -> t.contains("/"))) {
            resources.invalid("must not specify subresources");
        }
    }

    /** Names of conditions; what their expressions mean is looked at elsewhere. */
    static void conditions(Place conditions) {
        if (conditions.value().size() > CONDITIONS) {
            conditions.tooMany(CONDITIONS);
        }
        Set<String> names = new HashSet<>();
        for (Place condition : conditions.items()) {
            Place name = condition.get("name");
            if (condition.get("expression").text().isBlank()) {
                condition.get("expression").required();
            }
            if (name.blank()) {
                name.required();
            } else {
                name.qualified();
                if (!names.add(name.text())) {
                    name.duplicate();
                }
            }
        }
    }
}
