package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps Pods off nodes that are not ready: the taint that a new node gets goes when the node says that it is ready, and comes back when it no longer is. */
final class ReadyTaints implements Controller {

    private static final String NOT_READY = "node.kubernetes.io/not-ready";
    private static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    private static final String EFFECT = "NoSchedule";

    private final Writer writer;
    private final Cache<Node> nodes;
    private final ControlLoop loop;

    ReadyTaints(Writer writer, Cache<Node> nodes) {
        this.writer = writer;
        this.nodes = nodes;
        this.loop = new ControlLoop("ready-taints", 1, this::reconcile);
        nodes.onChange(n -> loop.add(Cache.key(n)));
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<java.time.Duration> reconcile(String key) {
        var node = nodes.find(key);
        // A node that has never told its state keeps what admission gave it.
        if (node.isEmpty() || Cache.leaving(node.get()) || ready(node.get()).isEmpty()) {
            return Optional.empty();
        }
        var there = node.get().getSpec() == null ? List.<Taint>of() : node.get().getSpec().getTaints();
        var wished = wished(there, ready(node.get()));
        if (!wished.equals(there)) {
            writer.merge(node.get(), Map.of("spec", Map.of("taints", wished)));
        }
        return Optional.empty();
    }

    static List<Taint> wished(List<Taint> there, String ready) {
        var key = switch (ready) {
            case "True" -> "";
            case "Unknown" -> UNREACHABLE;
            default -> NOT_READY;
        };
        var taints = new ArrayList<Taint>();
        var had = false;
        for (var taint : there) {
            var ours = EFFECT.equals(taint.getEffect()) && List.of(NOT_READY, UNREACHABLE).contains(taint.getKey());
            had |= ours && taint.getKey().equals(key);
            if (!ours || taint.getKey().equals(key)) {
                taints.add(taint);
            }
        }
        if (!key.isEmpty() && !had) {
            taints.add(new TaintBuilder().withKey(key).withEffect(EFFECT).build());
        }
        return taints;
    }

    /** The status of the condition Ready, or empty. */
    private static String ready(Node node) {
        if (node.getStatus() != null) {
            for (var condition : node.getStatus().getConditions()) {
                if (condition.getType().equals("Ready")) {
                    return condition.getStatus();
                }
            }
        }
        return "";
    }

    @Override
    public void close() {
        loop.close();
    }
}
