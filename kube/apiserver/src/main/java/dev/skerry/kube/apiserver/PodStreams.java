package dev.skerry.kube.apiserver;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * Opens streams into containers. A node agent provides it. Each call answers the address of a server on this machine that takes one upgraded connection
 * (SPDY/3.1, or WebSocket) as the container runtimes of Kubernetes serve it; the address is good once, and for a short time only.
 *
 * <p>{@link IOException} says why there is nothing to open, in words for the user.
 */
public interface PodStreams {

    /** A program that is begun in a container. */
    URI exec(Of container, List<String> command, Ends ends) throws IOException, InterruptedException;

    /** The program that a container is. */
    URI attach(Of container, Ends ends) throws IOException, InterruptedException;

    /** Ports of a Pod. */
    URI portForward(Of pod, List<Integer> ports) throws IOException, InterruptedException;

    /** @param container empty where the Pod as a whole is meant */
    record Of(String namespace, String pod, String uid, String container) {}

    /** Which streams are wanted; with a terminal there is no standard error apart. */
    record Ends(boolean stdin, boolean stdout, boolean stderr, boolean tty) {}
}
