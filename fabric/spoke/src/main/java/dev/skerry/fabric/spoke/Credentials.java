package dev.skerry.fabric.spoke;

import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** This site's keys, made here and never sent, and the certificates that its parent gave for them. */
final class Credentials {

    private static final String PUBLIC = "PUBLIC KEY";

    private final Path folder;
    private final KeyPair management;
    private final KeyPair data;

    /** What enrolment yields. */
    record Enrolment(List<X509Certificate> managementChain, List<X509Certificate> dataChain, X509Certificate authority, int dataPort) {

        X509Certificate certificate() {
            return managementChain.getFirst();
        }

        /** At two thirds of its life a certificate is renewed. */
        boolean isDue(Instant now) {
            Instant begin = certificate().getNotBefore().toInstant();
            Duration life = Duration.between(begin, certificate().getNotAfter().toInstant());
            return !now.isBefore(begin.plus(life.multipliedBy(2).dividedBy(3)));
        }
    }

    private Credentials(Path folder, KeyPair management, KeyPair data) {
        this.folder = folder;
        this.management = management;
        this.data = data;
    }

    /** Takes up the keys in the folder, or makes them. */
    static Credentials open(Path folder) throws IOException {
        return new Credentials(folder, keys(folder.resolve("management.key")), keys(folder.resolve("data.key")));
    }

    private static KeyPair keys(Path file) throws IOException {
        if (!Files.exists(file)) {
            KeyPair made = Keys.generate();
            Pem.write(file, Pem.encode(made.getPrivate()) + Pem.encode(PUBLIC, made.getPublic().getEncoded()), true);
            return made;
        }
        String text = Files.readString(file);
        try {
            var key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(Pem.decode(PUBLIC, text)));
            return new KeyPair(key, Pem.privateKey(text));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": damaged: " + e.getMessage() + " (expected: a pair of keys; without the file the site needs a new token)", e);
        }
    }

    KeyPair management() {
        return management;
    }

    KeyPair data() {
        return data;
    }

    /** What an earlier enrolment left; empty if there was none, or it was cut off before its end. */
    Optional<Enrolment> load() throws IOException {
        if (!Files.exists(folder.resolve("management.crt"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Enrolment(
                    chain("management.crt"), chain("data.crt"), chain("parent.crt").getFirst(),
                    Integer.parseInt(Files.readString(folder.resolve("data-port")).strip())));
        } catch (NumberFormatException e) {
            throw new IOException(folder.resolve("data-port") + ": " + e.getMessage() + " (expected: a port)", e);
        }
    }

    private List<X509Certificate> chain(String file) throws IOException {
        return Pem.certificates(Files.readString(folder.resolve(file)));
    }

    /** The management certificate last: it says that the rest is there. */
    void save(Enrolment enrolment) throws IOException {
        write("parent.crt", List.of(enrolment.authority()));
        write("data.crt", enrolment.dataChain());
        Pem.write(folder.resolve("data-port"), enrolment.dataPort() + "\n", false);
        write("management.crt", enrolment.managementChain());
    }

    private void write(String file, List<X509Certificate> chain) throws IOException {
        var text = new StringBuilder();
        chain.forEach(c -> text.append(Pem.encode(c)));
        Pem.write(folder.resolve(file), text.toString(), false);
    }
}
