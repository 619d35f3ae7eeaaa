package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The numbers of an indexed Job's Pods, as its status writes them: {@code 0-2,5}. Pure. */
final class JobIndexes {

    static final String INDEX = "batch.kubernetes.io/job-completion-index";

    private JobIndexes() {}

    static TreeSet<Integer> parse(@Nullable String text, int completions) {
        var all = new TreeSet<Integer>();
        if (text == null || text.isEmpty()) {
            return all;
        }
        for (var part : text.split(",")) {
            var ends = part.split("-", 2);
            if (!ends[0].matches("[0-9]{1,9}") || !ends[ends.length - 1].matches("[0-9]{1,9}")) {
                continue;
            }
            for (int i = Integer.parseInt(ends[0]); i <= Math.min(completions - 1, Integer.parseInt(ends[ends.length - 1])); i++) {
                all.add(i);
            }
        }
        return all;
    }

    static String format(TreeSet<Integer> indexes) {
        List<String> parts = new ArrayList<>();
        var rest = new ArrayList<>(indexes);
        for (int i = 0; i < rest.size(); ) {
            var last = i;
            while (last + 1 < rest.size() && rest.get(last + 1) == rest.get(last) + 1) {
                last++;
            }
            if (last == i) {
                parts.add(Integer.toString(rest.get(i)));
            } else {
                // Two neighbours are two numbers, as upstream writes them.
                parts.add(last == i + 1 ? rest.get(i) + "," + rest.get(last) : rest.get(i) + "-" + rest.get(last));
            }
            i = last + 1;
        }
        return String.join(",", parts);
    }

    /** A Pod's number; -1 if it has none. */
    static int of(Pod pod) {
        var text = Revisions.annotation(pod, INDEX);
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }
}
