package dev.skerry.program;

import dev.skerry.kube.store.PostgresSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What one skerry is told at its start. Every key has a default; {@code docs/configuration.md} lists them.
 *
 * @param name the site's name: a DNS label
 * @param hub present if sites may join below this one
 * @param parent present if this one joins a tree
 */
record Config(
        String name,
        Path data,
        Api api,
        Console console,
        Optional<Hub> hub,
        Optional<Parent> parent,
        Runtime runtime,
        Set<Module> modules,
        History history) {

    /** The capabilities; an empty set leaves a plain Kubernetes. */
    enum Module {
        DEVICES,
        STREAMS,
        FABRIC,
        CONSOLE
    }

    /** @param pki the folder of the cluster's authority, if it is not the data folder's own @param postgres the shared store; SQLite without one */
    record Api(String address, int port, ApiAccess access, Optional<Path> pki, Optional<PostgresSettings> postgres) {
        Api(String address, int port) {
            this(address, port, ApiAccess.USUAL, Optional.empty(), Optional.empty());
        }
    }

    record Console(String address, int port) {}

    /** Where children dial in: the management and the data channel. {@code names} go into the certificate. */
    record Hub(String address, int port, int dataPort, Set<String> names) {}

    /** @param token needed once, to enrol */
    record Parent(String host, int port, Optional<String> token, double liveShare) {}

    record Runtime(boolean enabled, Optional<String> podCidr, Optional<Path> resolvConf) {}

    record History(Duration maxAge, long maxBytes) {}

    Config withData(Path folder) {
        return new Config(name, folder, api, console, hub, parent, runtime, modules, history);
    }
}
