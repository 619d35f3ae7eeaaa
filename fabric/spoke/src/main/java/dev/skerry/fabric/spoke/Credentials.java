package dev.skerry.fabric.spoke;

import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.SigningRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The site's keys, which never leave it, and what the parent has given for them. A key outlives its certificates: with it a site
 * whose certificate ran out while it was off comes back.
 */
final class Credentials {

    private static final String MANAGEMENT = "management";
    private static final String DATA = "data";

    private final Path folder;
    private final KeyPair management;
    private final KeyPair data;

    private Credentials(Path folder, KeyPair management, KeyPair data) {
        this.folder = folder;
        this.management = management;
        this.data = data;
    }

    static Credentials loadOrCreate(Path folder) throws IOException {
        Files.createDirectories(folder);
        return new Credentials(folder, key(folder, MANAGEMENT), key(folder, DATA));
    }

    private static KeyPair key(Path folder, String name) throws IOException {
        var file = folder.resolve(name + ".key");
        var publicFile = folder.resolve(name + ".pub");
        if (Files.exists(file) && Files.exists(publicFile)) {
            try {
                var key = Pem.privateKey(Files.readString(file));
                var spec = new java.security.spec.X509EncodedKeySpec(Pem.decode("PUBLIC KEY", Files.readString(publicFile)));
                return new KeyPair(KeyFactory.getInstance("EC").generatePublic(spec), key);
            } catch (java.security.GeneralSecurityException e) {
                throw new IOException(file + ": is not the key that was written here: " + e.getMessage(), e);
            }
        }
        var keys = Keys.generate();
        // The public half first: a private key without it is made anew.
        Pem.write(publicFile, Pem.encode("PUBLIC KEY", keys.getPublic().getEncoded()), false);
        Pem.write(file, Pem.encode(keys.getPrivate()), true);
        return keys;
    }

    String managementRequest(String site) {
        return Pem.encode("CERTIFICATE REQUEST", SigningRequest.create(management, site));
    }

    String dataRequest(String site) {
        return Pem.encode("CERTIFICATE REQUEST", SigningRequest.create(data, site));
    }

    /** What enrolment gave. @param dataPort of the parent's data channel; 0 if it has none */
    record Given(List<X509Certificate> management, List<X509Certificate> data, X509Certificate authority, int dataPort) {

        /** Whether two thirds of the certificate's life are over. */
        boolean due(Instant now) {
            var from = management.getFirst().getNotBefore().toInstant();
            var until = management.getFirst().getNotAfter().toInstant();
            return now.isAfter(from.plus(Duration.between(from, until).multipliedBy(2).dividedBy(3)));
        }

        boolean over(Instant now) {
            return now.isAfter(management.getFirst().getNotAfter().toInstant());
        }
    }

    /** Keeps what enrolment gave; the authority last, since it says that all is there. */
    void keep(String managementChain, String dataChain, String authority, int dataPort) throws IOException {
        Pem.write(folder.resolve("management.crt"), managementChain, false);
        Pem.write(folder.resolve("data.crt"), dataChain, false);
        Pem.write(folder.resolve("data-port"), dataPort + "\n", false);
        Pem.write(folder.resolve("parent.crt"), authority, false);
    }

    Optional<Given> given() throws IOException {
        if (!Files.exists(folder.resolve("parent.crt"))) {
            return Optional.empty();
        }
        var port = Files.exists(folder.resolve("data-port")) ? Integer.parseInt(Files.readString(folder.resolve("data-port")).strip()) : 0;
        return Optional.of(new Given(
                Pem.certificates(Files.readString(folder.resolve("management.crt"))),
                Pem.certificates(Files.readString(folder.resolve("data.crt"))),
                Pem.certificates(Files.readString(folder.resolve("parent.crt"))).getFirst(),
                port));
    }

    PrivateKey managementKey() {
        return management.getPrivate();
    }

    PrivateKey dataKey() {
        return data.getPrivate();
    }
}
