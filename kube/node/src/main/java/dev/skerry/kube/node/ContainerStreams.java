package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.AttachRequest;
import dev.skerry.kube.node.cri.ExecRequest;
import dev.skerry.kube.node.cri.PortForwardRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Streams into containers. Each call answers an address of the runtime's own server on the loopback, which takes one upgraded connection within a minute.
 * {@link IOException} says why there is none, as the kubelet words it.
 */
public final class ContainerStreams {

    private final Cri cri;
    private final UnaryOperator<String> here;

    /** @param here the UID under which a Pod runs here by the one that the API shows: a mirror has another than its Pod */
    ContainerStreams(Cri cri, UnaryOperator<String> here) {
        this.cri = cri;
        this.here = here;
    }

    /** Which streams are wanted; with a terminal there is no standard error apart. */
    public record Ends(boolean stdin, boolean stdout, boolean stderr, boolean tty) {}

    /** Begins a program in a running container. @param uid of the Pod in the API */
    public URI exec(String uid, String container, List<String> command, Ends ends) throws IOException {
        return asked(() -> cri.execUrl(ExecRequest.newBuilder().setContainerId(running(uid, container)).addAllCmd(command)
                .setStdin(ends.stdin()).setStdout(ends.stdout()).setStderr(ends.stderr()).setTty(ends.tty()).build()));
    }

    /** Joins the program that a container is. A container has a terminal or not: what the caller thinks of it does not count. */
    public URI attach(String uid, String container, Ends ends) throws IOException {
        return asked(() -> cri.attachUrl(AttachRequest.newBuilder().setContainerId(running(uid, container))
                .setStdin(ends.stdin()).setStdout(ends.stdout()).setStderr(ends.stderr()).setTty(ends.tty()).build()));
    }

    /** Reaches ports of a Pod from within. @param pod for the words of a fault */
    public URI portForward(String namespace, String pod, String uid, List<Integer> ports) throws IOException {
        return asked(() -> {
            var sandbox = PodState.of(cri, here.apply(uid)).sandbox().orElseThrow(() -> new IOException("pod not found (\"" + pod + "_" + namespace + "\")"));
            return cri.portForwardUrl(PortForwardRequest.newBuilder().setPodSandboxId(sandbox.getId()).addAllPort(ports).build());
        });
    }

    private String running(String uid, String container) throws IOException {
        return PodState.of(cri, here.apply(uid)).newest(container).filter(PodState::runs)
                .orElseThrow(() -> new IOException("container not found (\"" + container + "\")")).getId();
    }

    private interface Asking {
        String ask() throws IOException;
    }

    private static URI asked(Asking asking) throws IOException {
        try {
            return URI.create(asking.ask());
        } catch (StatusRuntimeException e) {
            throw new IOException(String.valueOf(e.getStatus().getDescription()), e);
        }
    }
}
