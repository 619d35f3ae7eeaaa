package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.admission.AdmissionChain;
import dev.skerry.kube.admission.Attributes;
import dev.skerry.kube.admission.Kinds;
import dev.skerry.kube.admission.Operation;
import dev.skerry.kube.admission.RefusedException;
import dev.skerry.kube.admission.Requester;
import dev.skerry.kube.admission.Resource;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.store.ObjectStore;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells requests to the admission chain, and its refusals to the client. */
final class Admission implements AutoCloseable {

    private final AdmissionChain chain;

    private Admission(AdmissionChain chain) {
        this.chain = chain;
    }

    static Admission open(ObjectStore store, ResourceTypes types, Authorizer authorizer, InstantSource clock) {
        Kinds kinds = () -> types.all().stream().map(Admission::resource).toList();
        dev.skerry.kube.admission.Authorizer asking = (who, asked) -> {
            var decision = authorizer.decide(
                    new ServerConfig.User(who.name(), who.uid(), who.groups(), who.extra()),
                    new Access(asked.verb(), asked.group(), asked.version(), asked.resource(), asked.subresource(), asked.namespace(), asked.name(), asked.path()));
            return new dev.skerry.kube.admission.Authorizer.Answer(decision.allowed(), decision.reason());
        };
        return new Admission(AdmissionChain.open(store, kinds, asking, clock));
    }

    private static Resource resource(ResourceType type) {
        return new Resource(type.gvk(), type.plural(), type.namespaced(), type.custom(), type.schema());
    }

    /** A request as admission sees it. */
    static Attributes attributes(Call call, Operation operation, @Nullable ObjectNode object, @Nullable ObjectNode old) {
        return attributes(call, operation, call.type().gvk(), call.target().namespace(), call.target().name(), object, old, options(call, operation));
    }

    /** The options of a write, as upstream decodes them. */
    private static JsonNode options(Call call, Operation operation) {
        if (operation != Operation.CREATE && operation != Operation.UPDATE) {
            return MissingNode.getInstance();
        }
        var patch = call.request().prologue().method().text().equals("PATCH");
        var kind = patch ? "PatchOptions" : operation == Operation.CREATE ? "CreateOptions" : "UpdateOptions";
        var options = JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", "meta.k8s.io/v1");
        if (call.dryRun()) {
            options.putArray("dryRun").add("All");
        }
        if (patch && call.flag("force")) {
            options.put("force", true);
        }
        for (var name : List.of("fieldManager", "fieldValidation")) {
            if (!call.query(name).isEmpty()) {
                options.put(name, call.query(name));
            }
        }
        return options;
    }

    /** A request to a subresource whose object is of another kind than its resource. */
    void check(Call call, Operation operation, Gvk kind, @Nullable ObjectNode object, @Nullable ObjectNode old) throws Failure {
        check(attributes(call, operation, kind, call.target().namespace(), call.target().name(), object, old, options(call, operation)));
    }

    /** A request whose object is of another kind than its resource. */
    static Attributes attributes(Call call, Operation operation, Gvk kind, String namespace, String name, @Nullable ObjectNode object, @Nullable ObjectNode old, JsonNode options) {
        var user = call.user();
        return Attributes.of(operation, resource(call.type()), call.target().subresource(), kind, call.type().namespaced() ? namespace : "", name, object, old,
                new Requester(user.name(), user.uid(), user.groups(), user.extra()), call.dryRun() || !options.path("dryRun").isEmpty(), options, call.warnings());
    }

    /** Lets plugins add to the object. @return whether they may have changed it */
    boolean mutate(Attributes attributes) throws Failure {
        try {
            return chain.mutate(attributes);
        } catch (RefusedException e) {
            throw Failure.of(e.status());
        }
    }

    /** Lets plugins look at what will be stored. */
    void validate(Attributes attributes) throws Failure {
        try {
            chain.validate(attributes);
        } catch (RefusedException e) {
            throw Failure.of(e.status());
        }
    }

    /** Both, for requests that change no object on the way. */
    void check(Attributes attributes) throws Failure {
        mutate(attributes);
        validate(attributes);
    }

    @Override
    public void close() {
        chain.close();
    }
}
