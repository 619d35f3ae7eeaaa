package dev.skerry.kube.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {

    @TempDir
    Path folder;

    private CertificateAuthority authority;

    @BeforeEach
    void make() throws Exception {
        authority = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "skerry-test", InstantSource.system());
    }

    @Test
    void comesBackAsItWas() throws Exception {
        var again = CertificateAuthority.loadOrCreate(folder.resolve("pki"), "another name", InstantSource.system());

        assertThat(again.certificate()).isEqualTo(authority.certificate());
        assertThat(again.fingerprint()).isEqualTo(authority.fingerprint()).hasSize(64);
    }

    @Test
    void keepsItsKeyFromOthers() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("pki/ca.key")))).isEqualTo("rw-------");
    }

    @Test
    void refusesAKeyThatIsNotItsOwn() throws Exception {
        Pem.write(folder.resolve("pki/ca.key"), Pem.encode(Keys.generate().getPrivate()), true);

        assertThatThrownBy(() -> CertificateAuthority.loadOrCreate(folder.resolve("pki"), "x", InstantSource.system()))
                .hasMessageContaining("ca.key does not belong to ca.crt");
    }

    @Test
    void refusesACertificateWithoutItsKey() throws Exception {
        Files.delete(folder.resolve("pki/ca.key"));

        assertThatThrownBy(() -> CertificateAuthority.loadOrCreate(folder.resolve("pki"), "x", InstantSource.system()))
                .hasMessageContaining("expected: both files");
    }

    @Test
    void bothSidesKnowEachOtherByItsCertificates() throws Exception {
        var server = Keys.generate();
        var client = Keys.generate();
        var trusted = List.of(authority.certificate());
        var serverChain = List.of(authority.issue(
                server.getPublic(), CertificateRequest.server("server", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1))));
        var clientChain = List.of(authority.issue(
                client.getPublic(),
                CertificateRequest.client("jane", List.of("system:masters"), Duration.ofDays(1)).withUris(List.of("spiffe://skerry/site/a"))));
        var serverContext = TlsContexts.of(server.getPrivate(), serverChain, trusted);
        try (var listening = (SSLServerSocket) serverContext.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setNeedClientAuth(true);
            var peer = CompletableFuture.supplyAsync(() -> {
                try (var socket = (SSLSocket) listening.accept()) {
                    socket.startHandshake();
                    socket.getOutputStream().write(1);
                    return socket.getSession().getPeerPrincipal().getName() + " " + socket.getSession().getProtocol();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            var clientContext = TlsContexts.of(client.getPrivate(), clientChain, trusted);
            try (var socket = (SSLSocket) clientContext.getSocketFactory().createSocket("127.0.0.1", listening.getLocalPort())) {
                var parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                assertThat(socket.getInputStream().read()).isEqualTo(1);
            }
            assertThat(peer.join()).contains("CN=jane").contains("O=system:masters").endsWith("TLSv1.3");
        }
    }

    @Test
    void aStrangerIsNotTrusted() throws Exception {
        var other = CertificateAuthority.loadOrCreate(folder.resolve("other"), "other", InstantSource.system());
        var server = Keys.generate();
        var chain = List.of(other.issue(server.getPublic(), CertificateRequest.server("s", List.of(), List.of("127.0.0.1"), Duration.ofDays(1))));
        try (var listening = TlsContexts.of(server.getPrivate(), chain, List.of()).getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (var socket = (SSLSocket) listening.accept()) {
                    socket.startHandshake();
                } catch (Exception e) {
                    // The other end hangs up: that is what is looked for.
                    return;
                }
            });
            try (var socket = (SSLSocket) TlsContexts.trusting(List.of(authority.certificate())).getSocketFactory()
                    .createSocket("127.0.0.1", listening.getLocalPort())) {
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
            }
        }
    }

    @Test
    void aSigningRequestShowsThatItsSenderHoldsTheKey() throws Exception {
        var keys = Keys.generate();
        var request = SigningRequest.create(keys, "toll-042");

        assertThat(SigningRequest.parse(request).key()).isEqualTo(keys.getPublic());
        request[request.length - 1] ^= 1;
        assertThatThrownBy(() -> SigningRequest.parse(request)).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> SigningRequest.parse(new byte[] {1, 2})).hasMessageContaining("expected: PKCS#10");
    }
}
