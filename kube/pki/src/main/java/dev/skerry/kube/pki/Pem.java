package dev.skerry.kube.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** Keys, certificates and signing requests as text (RFC 7468), and as files that survive a power cut. */
public final class Pem {

    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final int LINE = 64;
    private static final int P256_BITS = 256;

    private Pem() {}

    /** One block: {@code label} is such as CERTIFICATE. */
    public static String encode(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }

    /** A certificate as text. */
    public static String encode(X509Certificate certificate) {
        try {
            return encode("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IllegalStateException("a parsed certificate cannot be encoded", e);
        }
    }

    /** A private key as PKCS#8 text. */
    public static String encode(PrivateKey key) {
        return encode("PRIVATE KEY", key.getEncoded());
    }

    /** A P-256 key in the older form (SEC 1) that more Kubernetes clients can read, with the public key in it: the official Java client refuses it without. */
    public static String encodeSec1(KeyPair keys) {
        try {
            var curve = new ASN1ObjectIdentifier("1.2.840.10045.3.1.7");
            var point = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()).getPublicKeyData();
            var secret = ((ECPrivateKey) keys.getPrivate()).getS();
            return encode("EC PRIVATE KEY", new org.bouncycastle.asn1.sec.ECPrivateKey(P256_BITS, secret, point, curve).getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("a parsed key cannot be encoded", e);
        }
    }

    /** The bytes of the first block with that label. */
    public static byte[] decode(String label, String text) throws MalformedPemException {
        var matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (label.equals(matcher.group(1))) {
                try {
                    return Base64.getMimeDecoder().decode(matcher.group(2));
                } catch (IllegalArgumentException e) {
                    throw new MalformedPemException(label + ": not base64 (expected: RFC 7468)", e);
                }
            }
        }
        throw new MalformedPemException("no " + label + " block (expected: RFC 7468)", null);
    }

    /** All certificates in a text, in order; at least one. */
    public static List<X509Certificate> certificates(String text) throws MalformedPemException {
        try {
            var certificates = new ArrayList<X509Certificate>();
            for (var certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))) {
                certificates.add((X509Certificate) certificate);
            }
            if (certificates.isEmpty()) {
                throw new MalformedPemException("no certificate (expected: at least one CERTIFICATE block)", null);
            }
            return List.copyOf(certificates);
        } catch (CertificateException e) {
            throw new MalformedPemException("not a certificate: " + e.getMessage(), e);
        }
    }

    /** A PKCS#8 private key of an elliptic curve. */
    public static PrivateKey privateKey(String text) throws MalformedPemException {
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(decode("PRIVATE KEY", text)));
        } catch (GeneralSecurityException e) {
            throw new MalformedPemException("not an elliptic-curve key: " + e.getMessage(), e);
        }
    }

    /** Writes a file whole or not at all; a secret one can be read by its owner only. */
    public static void write(Path file, String text, boolean secret) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--")));
        Files.writeString(fresh, text, StandardOpenOption.SYNC);
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A text that is not what its label promises. */
    public static final class MalformedPemException extends IOException {
        private static final long serialVersionUID = 1;

        MalformedPemException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
