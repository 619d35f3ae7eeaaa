package dev.skerry.kube.admission;

/** Decides what somebody may do. */
public interface Authorizer {

    /** What is asked for. {@code path} is of a request that is not for a resource, else empty. */
    record Question(String verb, String group, String version, String resource, String subresource, String namespace, String name, String path) {}

    /** @param reason who says so, or empty */
    record Answer(boolean allowed, String reason) {}

    Answer decide(Requester who, Question question);
}
