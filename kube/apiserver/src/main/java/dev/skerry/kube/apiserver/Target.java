package dev.skerry.kube.apiserver;

import java.util.List;
import java.util.Optional;

/**
 * What a path of the API names.
 *
 * @param namespace empty for all, or for cluster-scoped kinds
 * @param name empty for the collection
 * @param subresource empty for the object itself
 */
record Target(ResourceType type, String namespace, String name, String subresource) {

    static Optional<Target> parse(List<String> path, ResourceTypes types) {
        if (path.size() < 3) {
            return Optional.empty();
        }
        var core = path.get(0).equals("api");
        var from = core ? 2 : 3;
        var group = core ? "" : path.get(1);
        var version = path.get(core ? 1 : 2);
        if (path.size() <= from) {
            return Optional.empty();
        }
        var rest = path.subList(from, path.size());
        if (rest.size() >= 3 && rest.get(0).equals("namespaces")) {
            // The subresources of a namespace itself have no kind of their name.
            var type = types.find(group, version, rest.get(2)).filter(ResourceType::namespaced);
            if (type.isPresent()) {
                return of(type.get(), rest.get(1), rest.subList(3, rest.size()));
            }
        }
        return types.find(group, version, rest.get(0)).flatMap(type -> of(type, "", rest.subList(1, rest.size())));
    }

    private static Optional<Target> of(ResourceType type, String namespace, List<String> rest) {
        if (rest.size() > 2 || (type.namespaced() && namespace.isEmpty() && !rest.isEmpty())) {
            return Optional.empty();
        }
        var target = new Target(type, namespace, rest.isEmpty() ? "" : rest.get(0), rest.size() < 2 ? "" : rest.get(1));
        return target.subresource.isEmpty() || type.has(target.subresource) ? Optional.of(target) : Optional.empty();
    }

    String key() {
        return type.key(namespace, name);
    }
}
