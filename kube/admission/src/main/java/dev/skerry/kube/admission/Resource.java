package dev.skerry.kube.admission;

import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.Schema;

/**
 * A kind as it is served at one version.
 *
 * @param custom whether a definition brought it
 */
public record Resource(Gvk gvk, String plural, boolean namespaced, boolean custom, Schema schema) {

    String qualified() {
        return gvk.group().isEmpty() ? plural : plural + "." + gvk.group();
    }

    /** Whether it is this kind of the core or another standard group. */
    boolean is(String group, String name) {
        return !custom && gvk.group().equals(group) && plural.equals(name);
    }

    boolean core(String name) {
        return is("", name);
    }

    /** Keys of all objects of the kind begin so. */
    String prefix() {
        return "/" + (gvk.group().isEmpty() ? "core" : gvk.group()) + "/" + plural + "/";
    }
}
