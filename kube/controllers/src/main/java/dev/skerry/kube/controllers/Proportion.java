package dev.skerry.kube.controllers;

import java.util.ArrayList;
import java.util.List;

/** Shares a change of size among ReplicaSets in the middle of a rollout, so that none alone bears the risk. */
final class Proportion {

    private Proportion() {}

    /** A ReplicaSet's size, and how many Pods its Deployment could have when that was set; 0 if it does not say. */
    record Part(int replicas, int mostThen) {}

    /**
     * The new sizes, in the given order: the largest first, of which those to grow begin with the newest.
     *
     * @param wished what the Deployment asks for
     * @param most that with its surge
     * @param fallback how many Pods the Deployment had, for those that do not say
     */
    static List<Integer> share(List<Part> parts, int wished, int most, int fallback) {
        var toAdd = (wished > 0 ? most : 0) - parts.stream().mapToInt(Part::replicas).sum();
        var sizes = new ArrayList<Integer>();
        var added = 0;
        for (var part : parts) {
            var one = toAdd == 0 || part.replicas == 0 || toAdd == added ? 0 : clip(fraction(part, wished, most, fallback), toAdd - added, toAdd > 0);
            added += one;
            sizes.add(part.replicas + one);
        }
        if (!sizes.isEmpty() && toAdd != 0) {
            sizes.set(0, Math.max(0, sizes.getFirst() + toAdd - added));
        }
        return sizes;
    }

    private static int clip(int fraction, int left, boolean growing) {
        return growing ? Math.min(fraction, left) : Math.max(fraction, left);
    }

    private static int fraction(Part part, int wished, int most, int fallback) {
        if (wished == 0) {
            return -part.replicas;
        }
        var then = part.mostThen > 0 ? part.mostThen : fallback;
        if (then <= 0) {
            return 0;
        }
        return Math.toIntExact(Math.round((double) part.replicas * most / then)) - part.replicas;
    }
}
