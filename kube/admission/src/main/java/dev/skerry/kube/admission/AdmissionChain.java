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
    private final WebhookClient client;
    private final PolicyStatuses statuses;

    private AdmissionChain(List<AdmissionPlugin> plugins, Followed followed, WebhookClient client, PolicyStatuses statuses) {
        this.plugins = List.copyOf(plugins);
        this.followed = followed;
        this.client = client;
        this.statuses = statuses;
    }

    /**
     * The chain of a server with upstream's defaults. Reads the store in the background until it is closed.
     *
     * @param store stays the caller's, who closes it after the chain
     */
    public static AdmissionChain open(ObjectStore store, Kinds kinds, Authorizer authorizer, InstantSource clock) {
        var statuses = new PolicyStatuses(store, kinds, clock);
        var followed = Followed.of(store, statuses::changed);
        var matching = new Matching(store, kinds);
        var parameters = new Parameters(store, kinds);
        var client = new WebhookClient(new WebhookAddresses(store));
        var plugins = new ArrayList<AdmissionPlugin>();
        plugins.add(new NamespaceLifecycle(store));
        plugins.add(new LimitRanger(followed));
        plugins.add(new ServiceAccounts(store));
        plugins.add(new NodeTaints());
        plugins.add(new PodSecurity(store));
        plugins.add(new PodDefaults(followed));
        plugins.add(new StorageDefaults(followed));
        plugins.add(new ObjectRules(followed, authorizer));
        plugins.add(new MutatingPolicies(followed, matching, parameters, authorizer, clock));
        plugins.add(new Webhooks(true, followed, matching, authorizer, client));
        plugins.add(new ValidatingPolicies(followed, matching, parameters, authorizer));
        plugins.add(new Webhooks(false, followed, matching, authorizer, client));
        // Nothing may refuse behind it: what it has charged stays charged.
        plugins.add(new QuotaAdmission(followed, clock));
        return new AdmissionChain(plugins, followed, client, statuses);
    }

    /** @return whether the object may have been changed */
    public boolean mutate(Attributes attributes) throws RefusedException {
        for (var plugin : plugins) {
            plugin.mutate(attributes);
        }
        if (attributes.reinvocation().wanted()) {
            attributes.reinvocation().begin();
            for (var plugin : plugins) {
                plugin.mutate(attributes);
            }
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
        statuses.close();
        client.close();
    }
}
