package dev.skerry.model;

/** The words that all kinds share: group, version, labels, annotations. */
public final class Kinds {

    public static final String GROUP = "skerry.dev";
    public static final String VERSION = "v1alpha1";

    /** Label on every object that a Work applied at a site: the name of the App that it belongs to. */
    public static final String APP_LABEL = "skerry.dev/app";

    /** Label of a Work: the name of the site that it is meant for. */
    public static final String SITE_LABEL = "skerry.dev/site";

    /** The category that {@code kubectl get skerry} lists. */
    public static final String CATEGORY = "skerry";

    /** A site's namespace at its parent, where its Works lie, is this and the site's name. */
    public static final String SITE_NAMESPACE_PREFIX = "site-";

    /** A duration as Go writes it, in whole numbers: {@code 500ms}, {@code 1m30s}. What else there is would be misread, or not at all. */
    static final String DURATION = "^([0-9]{1,9}(ns|us|ms|s|m|h|d|w))+$";

    private Kinds() {}

    /** The namespace, at the parent, of the site of this name. */
    public static String namespaceOf(String site) {
        return SITE_NAMESPACE_PREFIX + site;
    }
}
