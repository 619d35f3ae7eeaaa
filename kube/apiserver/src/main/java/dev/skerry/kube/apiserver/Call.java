package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;

/** One request: who asks, for what, and the warnings that go with the answer. */
record Call(ServerRequest request, ServerResponse response, User user, Target target, List<String> warnings, boolean whole) {

    private static final int MAX_MANAGER = 128;

    Call(ServerRequest request, ServerResponse response, User user, Target target) {
        this(request, response, user, target, new ArrayList<>(), false);
    }

    /** The same, but for all objects at their newest: where a watch begins. */
    Call withoutPaging() {
        return new Call(request, response, user, target, warnings, true);
    }

    ResourceType type() {
        return target.type();
    }

    String query(String name) {
        if (whole && (name.equals("limit") || name.equals("continue") || name.startsWith("resourceVersion"))) {
            return "";
        }
        return request.query().first(name).orElse("");
    }

    boolean flag(String name) {
        var value = query(name);
        return value.equals("true") || value.equals("1");
    }

    boolean dryRun() {
        return query("dryRun").equals("All");
    }

    /** Who owns the fields that this call writes: said in the query, or the program's name. */
    String manager() {
        var manager = query("fieldManager");
        if (!manager.isEmpty()) {
            return manager;
        }
        var agent = request.headers().first(HeaderNames.USER_AGENT).orElse("unknown");
        var slash = agent.indexOf('/');
        var program = slash < 0 ? agent : agent.substring(0, slash);
        return program.substring(0, Math.min(program.length(), MAX_MANAGER));
    }

    String accept() {
        return request.headers().first(HeaderNames.ACCEPT).orElse("application/json");
    }
}
