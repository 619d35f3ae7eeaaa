package dev.skerry.kube.apiserver;

import dev.skerry.kube.apiserver.ServerConfig.User;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Requests in somebody else's name, by the {@code Impersonate-*} headers. As upstream since 1.36 the narrower ways are tried first: a role may
 * let somebody play a node, an account or a user for certain requests only ({@code impersonate-on:MODE:VERB} and {@code impersonate:MODE});
 * the last way is the old verb {@code impersonate}. The first refusal is the one that is told.
 */
final class Impersonation {

    private static final String EXTRA = "impersonate-extra-";
    private static final String AUTHENTICATION = "authentication.k8s.io";
    private static final String NODE = "system:node:";
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String ANONYMOUS = "system:anonymous";
    private static final String UNKNOWN = "system:unauthenticated";
    private static final String NODE_OF_ACCOUNT = "authentication.kubernetes.io/node-name";
    private static final String NAME = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
    private static final int MAX_VALUES = 256;

    private final Authorizer authorizer;

    Impersonation(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    /** Whom somebody plays in a request; empty if nobody. */
    Optional<User> played(ServerRequest request, User real, Access access) throws Failure {
        var wanted = wanted(request);
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        Failure first = null;
        for (var mode : modes(real, wanted.get())) {
            try {
                return Optional.of(check(mode, real, wanted.get(), access));
            } catch (Failure refused) {
                first = first == null ? refused : first;
            }
        }
        if (first != null) {
            throw first;
        }
        return Optional.empty();
    }

    private static Optional<User> wanted(ServerRequest request) throws Failure {
        var name = request.headers().first(HeaderNames.create("Impersonate-User")).orElse("");
        var uid = request.headers().first(HeaderNames.create("Impersonate-Uid")).orElse("");
        var header = HeaderNames.create("Impersonate-Group");
        var groups = request.headers().contains(header) ? List.copyOf(request.headers().get(header).allValues()) : List.<String>of();
        var extra = new HashMap<String, List<String>>();
        for (var one : request.headers()) {
            var lower = one.headerName().lowerCase();
            if (lower.startsWith(EXTRA)) {
                extra.put(unescaped(lower.substring(EXTRA.length())), List.copyOf(one.allValues()));
            }
        }
        if (groups.size() + extra.values().stream().mapToInt(List::size).sum() > MAX_VALUES) {
            throw Failure.badRequest("impersonation: more than " + MAX_VALUES + " groups and extra values (expected: fewer)");
        }
        if (!name.isEmpty()) {
            return Optional.of(new User(name, uid, groups, extra));
        }
        if (uid.isEmpty() && groups.isEmpty() && extra.isEmpty()) {
            return Optional.empty();
        }
        throw Failure.badRequest("requested &user.DefaultInfo{Name:\"\", UID:" + GoText.quoted(uid) + ", Groups:" + GoText.literal(groups) + ", Extra:" + GoText.literal(extra)
                + "} without impersonating a user name");
    }

    private static String unescaped(String key) {
        try {
            return java.net.URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return key;
        }
    }

    private static List<String> modes(User real, User wanted) {
        var modes = new ArrayList<String>();
        var bare = wanted.uid().isEmpty() && wanted.groups().isEmpty() && wanted.extra().isEmpty();
        var node = node(wanted.name());
        if (!node.isEmpty()) {
            if (bare && real.name().startsWith(ACCOUNT) && List.of(node).equals(real.extra().get(NODE_OF_ACCOUNT))) {
                modes.add("associated-node");
            }
            if (bare) {
                modes.add("arbitrary-node");
            }
        } else if (account(wanted.name()).length == 2) {
            if (bare) {
                modes.add("serviceaccount");
            }
        } else {
            modes.add("user-info");
        }
        modes.add("");
        return modes;
    }

    private static String node(String name) {
        return name.startsWith(NODE) && name.substring(NODE.length()).matches(NAME) ? name.substring(NODE.length()) : "";
    }

    /** Namespace and name of the account that a user name stands for; nothing for others. */
    private static String[] account(String name) {
        var parts = name.startsWith(ACCOUNT) ? name.substring(ACCOUNT.length()).split(":", -1) : new String[0];
        return parts.length == 2 && parts[0].matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?") && parts[1].matches(NAME) ? parts : new String[0];
    }

    private User check(String mode, User real, User wanted, Access access) throws Failure {
        var narrow = !mode.isEmpty();
        if (narrow) {
            authorizer.check(real, access.withVerb("impersonate-on:" + mode + ":" + access.verb()));
        }
        var verb = narrow ? "impersonate:" + mode : "impersonate";
        var group = narrow ? AUTHENTICATION : "";
        var groups = new ArrayList<>(wanted.groups());
        var account = account(wanted.name());
        if (account.length == 2) {
            authorizer.check(real, new Access(verb, group, "v1", "serviceaccounts", "", account[0], account[1], ""));
            if (groups.isEmpty()) {
                groups.addAll(List.of("system:serviceaccounts", "system:serviceaccounts:" + account[0]));
            }
        } else if (narrow && !node(wanted.name()).isEmpty()) {
            authorizer.check(real, new Access(verb, group, "v1", "nodes", "", "", mode.equals("associated-node") ? "*" : node(wanted.name()), ""));
            groups.add("system:nodes");
        } else {
            authorizer.check(real, new Access(verb, group, "v1", "users", "", "", wanted.name(), ""));
        }
        if (!wanted.uid().isEmpty()) {
            authorizer.check(real, new Access(verb, AUTHENTICATION, "v1", "uids", "", "", wanted.uid(), ""));
        }
        groups(verb, group, narrow, real, wanted.groups());
        extra(verb, real, wanted.extra());
        if (wanted.name().equals(ANONYMOUS)) {
            add(groups, UNKNOWN);
        } else if (!groups.contains(UNKNOWN)) {
            add(groups, User.AUTHENTICATED);
        }
        return new User(wanted.name(), wanted.uid(), groups, wanted.extra());
    }

    private void groups(String verb, String group, boolean narrow, User real, List<String> wanted) throws Failure {
        var every = new Access(verb, group, "v1", "groups", "", "", "", "");
        if (narrow && wanted.contains("")) {
            throw every.denied(real, "impersonating the empty string group is not allowed");
        }
        for (var one : wanted) {
            var access = new Access(verb, group, "v1", "groups", "", "", one, "");
            if (narrow && one.equals("system:masters")) {
                throw access.denied(real, "impersonating the system:masters group is not allowed");
            }
            authorizer.check(real, access);
        }
    }

    private void extra(String verb, User real, Map<String, List<String>> extra) throws Failure {
        for (var entry : extra.entrySet()) {
            for (var value : entry.getValue()) {
                authorizer.check(real, new Access(verb, AUTHENTICATION, "v1", "userextras", entry.getKey(), "", value, ""));
            }
        }
    }

    private static void add(List<String> groups, String group) {
        if (!groups.contains(group)) {
            groups.add(group);
        }
    }
}
