package dev.skerry.kube.admission;

/** One rule of what may be written. Called on the request's thread; may read the store. */
interface AdmissionPlugin {

    /** Adds to the object, before it is validated; it may refuse too. */
    default void mutate(Attributes attributes) throws RefusedException {}

    /** Looks at the object as it will be stored. */
    default void validate(Attributes attributes) throws RefusedException {}
}
