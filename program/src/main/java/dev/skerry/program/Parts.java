package dev.skerry.program;

import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.TlsContexts;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** What has been started, in order, and where it listens. Closing stops all of it in the opposite order. */
final class Parts implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Parts.class.getName());
    private static final Duration OWN_CERTIFICATE = Duration.ofDays(365);

    private final Deque<Part> started = new ArrayDeque<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();

    private record Part(String name, AutoCloseable closing) {}

    <T extends AutoCloseable> T keep(String name, T part) {
        started.push(new Part(name, part));
        return part;
    }

    /** For the ready line. */
    void address(String name, String address) {
        addresses.put(name, address);
    }

    /** {@code name=address} words. */
    String addresses() {
        var words = new StringBuilder();
        addresses.forEach((name, address) -> words.append(' ').append(name).append('=').append(address));
        return words.toString();
    }

    interface Opening<T> {
        T open() throws IOException;
    }

    /** A port in use is a fault of the configuration, and told like one. */
    static <T> T listen(String key, int port, Opening<T> opening) throws IOException {
        try {
            return opening.open();
        } catch (IOException | RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BindException) {
                    throw new IOException(key + ": " + port + " is in use or not ours (expected: a free port, or 0)", e);
                }
            }
            throw e;
        }
    }

    /** An address as a client on this machine dials it. */
    static String host(String address) {
        return address.equals("0.0.0.0") ? "127.0.0.1" : address.contains(":") ? "[" + address + "]" : address;
    }

    static SSLContext serverTls(CertificateAuthority authority, String address, List<String> names) {
        return serverTls(authority, address, names, List.of());
    }

    /** @param others further addresses by which it is reached */
    static SSLContext serverTls(CertificateAuthority authority, String address, List<String> names, List<String> others) {
        var keys = Keys.generate();
        var addresses = new ArrayList<>(address.equals("127.0.0.1") || address.equals("0.0.0.0") ? List.of("127.0.0.1") : List.of("127.0.0.1", address));
        addresses.addAll(others);
        var certificate = authority.issue(keys.getPublic(), CertificateRequest.server("skerry", names, addresses, OWN_CERTIFICATE));
        return TlsContexts.of(keys.getPrivate(), List.of(certificate, authority.certificate()), List.of(authority.certificate()));
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            var part = started.pop();
            try {
                part.closing().close();
            } catch (Exception e) {
                LOG.log(WARNING, "{0}: did not close: {1}", part.name(), e.getMessage());
            }
        }
    }
}
