package dev.skerry.kube.admission;

import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * All plugins in upstream's order. The caller lets {@link #mutate} run, then defaults and validates the object, then lets {@link #validate} run, then
 * stores; who owns the fields is noted before, so that nobody owns what plugins add.
 */
public final class AdmissionChain implements AutoCloseable {

    private final List<AdmissionPlugin> plugins;
    private final Followed followed;

    private AdmissionChain(List<AdmissionPlugin> plugins, Followed followed) {
        this.plugins = List.copyOf(plugins);
        this.followed = followed;
    }

    /**
     * The chain of a server with upstream's defaults. Reads the store in the background until it is closed.
     *
     * @param store stays the caller's, who closes it after the chain
     */
    public static AdmissionChain open(ObjectStore store, Kinds kinds, Authorizer authorizer, InstantSource clock) {
        var followed = Followed.of(store);
        var plugins = new ArrayList<AdmissionPlugin>();
        plugins.add(new NamespaceLifecycle(store));
        plugins.add(new ServiceAccounts(store));
        plugins.add(new NodeTaints());
        plugins.add(new LimitRanger(followed));
        plugins.add(new PodDefaults(followed));
        plugins.add(new StorageDefaults(followed));
        return new AdmissionChain(plugins, followed);
    }

    /** @return whether the object may have been changed */
    public boolean mutate(Attributes attributes) throws RefusedException {
        for (var plugin : plugins) {
            plugin.mutate(attributes);
        }
        return attributes.operation() != Operation.UPDATE || attributes.resource().core("pods") || followed.any(Followed.MUTATING_POLICIES) || followed.any(Followed.MUTATING_WEBHOOKS);
    }

    public void validate(Attributes attributes) throws RefusedException {
        for (var plugin : plugins) {
            plugin.validate(attributes);
        }
    }

    @Override
    public void close() {
        followed.close();
    }
}
