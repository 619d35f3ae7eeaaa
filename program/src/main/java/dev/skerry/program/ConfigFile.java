package dev.skerry.program;

import dev.skerry.program.Config.Api;
import dev.skerry.program.Config.Console;
import dev.skerry.program.Config.History;
import dev.skerry.program.Config.Hub;
import dev.skerry.program.Config.Module;
import dev.skerry.program.Config.Parent;
import dev.skerry.program.Config.Runtime;
import dev.skerry.kube.store.PostgresSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads a configuration file strictly: an unknown key or a wrong value is a fault, and all faults are told at once. */
final class ConfigFile {

    private static final int MAX_BYTES = 1 << 20;
    private static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

    private ConfigFile() {}

    static Config read(Path file) throws ConfigException {
        String text;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ConfigException(List.of(file + ": larger than 1 MiB (expected: a configuration file)"));
            }
            text = Files.readString(file);
        } catch (IOException e) {
            throw new ConfigException(List.of(file + ": cannot be read: " + e.getMessage() + " (expected: a YAML file)"));
        }
        return parse(file.toString(), text);
    }

    static Config parse(String file, String text) throws ConfigException {
        Node root;
        try {
            root = new Yaml(new LoaderOptions()).compose(new java.io.StringReader(text));
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            throw new ConfigException(List.of(file + ":" + (mark == null ? 1 : mark.getLine() + 1) + ": " + e.getProblem() + " (expected: YAML)"));
        }
        var faults = new ArrayList<String>();
        var top = ConfigSection.of(file, root, faults);
        var config = new Config(
                top.text("name", hostName(), DNS_LABEL, "a DNS label such as toll-042"),
                Path.of(top.text("data", "./data", ".+", "a folder")),
                api(top.section("api")),
                console(top.section("console")),
                top.has("hub") ? Optional.of(hub(top.section("hub"))) : Optional.empty(),
                top.has("parent") ? Optional.of(parent(top.section("parent"))) : Optional.empty(),
                runtime(top.section("runtime")),
                modules(top),
                history(top.section("history")));
        top.finish();
        if (!faults.isEmpty()) {
            throw new ConfigException(faults);
        }
        return config;
    }

    private static Api api(ConfigSection section) {
        var pki = section.text("pki", "", ".*", "a folder");
        var api = new Api(
                section.text("address", "127.0.0.1", "[0-9a-fA-F.:]+", "an IP address"),
                section.port("port", 6443),
                ApiAccess.read(section),
                pki.isEmpty() ? Optional.empty() : Optional.of(Path.of(pki)),
                section.has("store") ? store(section.section("store")) : Optional.empty());
        section.finish();
        return api;
    }

    private static Optional<PostgresSettings> store(ConfigSection section) {
        var present = section.has("postgresql");
        var own = section.section("postgresql");
        section.finish();
        if (!present) {
            return Optional.empty();
        }
        var url = own.text("url", "", "postgresql://[^/?]+/[^/?]+(\\?.*)?", "postgresql://HOST[:PORT]/DATABASE[?sslmode=verify-full]");
        if (!own.has("url")) {
            own.fault("url", "missing", "postgresql://HOST[:PORT]/DATABASE");
        }
        var password = own.text("passwordFile", "", ".+", "a file with the password, readable by its owner only");
        var user = own.text("user", "skerry", ".{1,63}", "the name of a role");
        var schema = own.text("schema", "skerry", "[a-z_][a-z0-9_]{0,40}", "a schema's name in small letters");
        own.finish();
        // An unreadable URL is a fault already; what is made here is never used.
        return url.isEmpty() ? Optional.empty()
                : Optional.of(new PostgresSettings(url, user, password.isEmpty() ? Optional.empty() : Optional.of(Path.of(password)), schema));
    }

    private static Console console(ConfigSection section) {
        var console = new Console(
                section.text("address", "127.0.0.1", "[0-9a-fA-F.:]+", "an IP address"), section.port("port", 8443));
        section.finish();
        return console;
    }

    private static Hub hub(ConfigSection section) {
        var hub = new Hub(
                section.text("address", "127.0.0.1", "[0-9a-fA-F.:]+", "an IP address"),
                section.port("port", 7443),
                section.port("dataPort", 7444),
                new LinkedHashSet<>(section.texts("names", List.of())));
        section.finish();
        return hub;
    }

    private static Parent parent(ConfigSection section) {
        var address = section.text("address", "", "[^:/ ]+:[0-9]{1,5}", "HOST:PORT of the parent's hub");
        var colon = address.lastIndexOf(':');
        var token = section.text("token", "", "[A-Za-z0-9._-]*", "what 'skerry token create' printed");
        var parent = new Parent(
                colon < 0 ? "" : address.substring(0, colon),
                colon < 0 ? 0 : Integer.parseInt(address.substring(colon + 1)),
                token.isEmpty() ? Optional.empty() : Optional.of(token),
                section.percent("live", 0.8));
        section.finish();
        return parent;
    }

    private static Runtime runtime(ConfigSection section) {
        var cidr = section.text("podCIDR", "", "([0-9.]+/[0-9]{1,2})?", "an IPv4 network such as 10.42.0.0/24");
        var resolvConf = section.text("resolvConf", "", ".*", "a file");
        var runtime = new Runtime(section.flag("enabled", true), cidr.isEmpty() ? Optional.empty() : Optional.of(cidr),
                resolvConf.isEmpty() ? Optional.empty() : Optional.of(Path.of(resolvConf)));
        section.finish();
        return runtime;
    }

    private static History history(ConfigSection section) {
        var history = new History(section.duration("maxAge", "30d"), section.bytes("maxBytes", "1Gi"));
        section.finish();
        return history;
    }

    private static Set<Module> modules(ConfigSection top) {
        var known = Stream.of(Module.values()).map(m -> m.name().toLowerCase(Locale.ROOT)).toList();
        var asked = top.texts("modules", known);
        var modules = EnumSet.noneOf(Module.class);
        for (var name : asked) {
            if (known.contains(name)) {
                modules.add(Module.valueOf(name.toUpperCase(Locale.ROOT)));
            } else {
                top.fault("modules", name, "any of " + known.stream().collect(Collectors.joining(", ")));
            }
        }
        return modules;
    }

    private static String hostName() {
        try {
            var name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT).replaceAll("\\..*", "");
            return name.matches(DNS_LABEL) ? name : "skerry";
        } catch (UnknownHostException e) {
            // A box without a name of its own still starts.
            return "skerry";
        }
    }
}
