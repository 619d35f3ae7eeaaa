package dev.skerry.kube.admission;

/** What somebody does to an object. */
public enum Operation {
    CREATE,
    UPDATE,
    DELETE,
    CONNECT
}
