package dev.skerry.kube.node;

/** Persistent volumes as folders of this machine. */
final class LocalVolumes {

    /** Lies beside each folder that was made for a claim. */
    static final String MARK = ".claimed";

    private LocalVolumes() {}
}
