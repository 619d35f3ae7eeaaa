package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A container's environment variables, in order, and the {@code $(NAME)} in texts. */
final class Environment {

    private static final String CONFIG_ERROR = "CreateContainerConfigError";
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([^)]*)\\)");

    private Environment() {}

    /** @param services variables that name Services: what the container says itself wins */
    static Map<String, String> of(Pod pod, Container container, DownwardFields fields, Configs configs, Map<String, String> services) throws NotStartedException {
        var namespace = pod.getMetadata().getNamespace();
        var variables = new LinkedHashMap<String, String>();
        for (var source : container.getEnvFrom()) {
            var prefix = Optional.ofNullable(source.getPrefix()).orElse("");
            if (source.getConfigMapRef() != null) {
                var ref = source.getConfigMapRef();
                take(variables, prefix, configs.configMap(namespace, ref.getName()), Boolean.TRUE.equals(ref.getOptional()), "configmap", ref.getName());
            } else if (source.getSecretRef() != null) {
                var ref = source.getSecretRef();
                take(variables, prefix, configs.secret(namespace, ref.getName()), Boolean.TRUE.equals(ref.getOptional()), "secret", ref.getName());
            }
        }
        for (var variable : container.getEnv()) {
            var value = value(variable, pod, container, fields, configs, name -> Optional.ofNullable(variables.get(name)).or(() -> Optional.ofNullable(services.get(name))));
            if (value.isPresent()) {
                variables.put(variable.getName(), value.get());
            }
        }
        services.forEach(variables::putIfAbsent);
        return variables;
    }

    private static void take(
            Map<String, String> variables, String prefix, Optional<Map<String, byte[]>> data, boolean optional, String kind, String name)
            throws NotStartedException {
        if (data.isEmpty() && !optional) {
            throw new NotStartedException(CONFIG_ERROR, kind + " \"" + name + "\" not found");
        }
        data.orElse(Map.of()).forEach((k, v) -> variables.put(prefix + k, new String(v, StandardCharsets.UTF_8)));
    }

    private static Optional<String> value(
            EnvVar variable, Pod pod, Container container, DownwardFields fields, Configs configs, Function<String, Optional<String>> before)
            throws NotStartedException {
        var namespace = pod.getMetadata().getNamespace();
        var from = variable.getValueFrom();
        if (from == null) {
            return Optional.of(expand(Optional.ofNullable(variable.getValue()).orElse(""), before));
        }
        if (from.getFieldRef() != null) {
            var path = from.getFieldRef().getFieldPath();
            return Optional.of(fields.field(path).orElseThrow(() -> new NotStartedException(CONFIG_ERROR, "unsupported fieldPath: " + path)));
        }
        if (from.getResourceFieldRef() != null) {
            var other = Optional.ofNullable(from.getResourceFieldRef().getContainerName()).filter(n -> !n.isEmpty());
            var of = other.flatMap(n -> Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream()).filter(c -> c.getName().equals(n)).findFirst());
            if (other.isPresent() && of.isEmpty()) {
                throw new NotStartedException(CONFIG_ERROR, "container " + other.get() + " not found");
            }
            return fields.resource(from.getResourceFieldRef(), of.orElse(container));
        }
        if (from.getConfigMapKeyRef() != null) {
            var ref = from.getConfigMapKeyRef();
            return key(configs.configMap(namespace, ref.getName()), ref.getKey(), Boolean.TRUE.equals(ref.getOptional()), "configmap", "ConfigMap", namespace, ref.getName());
        }
        var ref = from.getSecretKeyRef();
        if (ref == null) {
            return Optional.empty();
        }
        return key(configs.secret(namespace, ref.getName()), ref.getKey(), Boolean.TRUE.equals(ref.getOptional()), "secret", "Secret", namespace, ref.getName());
    }

    private static Optional<String> key(
            Optional<Map<String, byte[]>> data, String key, boolean optional, String resource, String kind, String namespace, String name)
            throws NotStartedException {
        if (data.isEmpty() && !optional) {
            throw new NotStartedException(CONFIG_ERROR, resource + " \"" + name + "\" not found");
        }
        var value = Optional.ofNullable(data.orElse(Map.of()).get(key));
        if (value.isEmpty() && !optional) {
            throw new NotStartedException(CONFIG_ERROR, "couldn't find key " + key + " in " + kind + " " + namespace + "/" + name);
        }
        return value.map(v -> new String(v, StandardCharsets.UTF_8));
    }

    /** {@code $(NAME)} becomes the variable's value, or stays if there is none; {@code $$} becomes {@code $}. */
    static String expand(String text, Map<String, String> variables) {
        return expand(text, name -> Optional.ofNullable(variables.get(name)));
    }

    static String expand(String text, Function<String, Optional<String>> variables) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        return REFERENCE.matcher(text).replaceAll(m -> Matcher.quoteReplacement(
                m.group().equals("$$") ? "$" : variables.apply(m.group(1)).orElse(m.group())));
    }
}
