package dev.skerry.kube.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates; its own lies with its key in a folder ({@code ca.crt}, {@code ca.key}). Safe for many threads. */
public final class CertificateAuthority {

    private static final Duration OWN_VALIDITY = Duration.ofDays(3650);
    /** Clocks at the edge are wrong: a certificate is valid from a little before it was made. */
    private static final Duration BACKDATED = Duration.ofHours(1);
    private static final int SERIAL_BITS = 127;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    private CertificateAuthority(X509Certificate certificate, PrivateKey key, InstantSource clock) {
        this.certificate = certificate;
        this.key = key;
        this.clock = clock;
    }

    /**
     * Takes up the authority in the folder, or makes one there.
     *
     * @throws IOException if only one of its files is there, or they do not belong together
     */
    public static CertificateAuthority loadOrCreate(Path folder, String commonName, InstantSource clock) throws IOException {
        var certificateFile = folder.resolve("ca.crt");
        var keyFile = folder.resolve("ca.key");
        if (Files.exists(keyFile) && Files.exists(certificateFile)) {
            var authority = new CertificateAuthority(
                    Pem.certificates(Files.readString(certificateFile)).getFirst(), Pem.privateKey(Files.readString(keyFile)), clock);
            authority.checkPair(folder);
            return authority;
        }
        if (Files.exists(certificateFile)) {
            throw new IOException(keyFile + ": missing beside ca.crt (expected: both files of the authority, or none)");
        }
        var keys = Keys.generate();
        try {
            var now = clock.instant();
            var name = Names.common(commonName);
            var extensions = new JcaX509ExtensionUtils();
            var builder = new JcaX509v3CertificateBuilder(
                            name, new BigInteger(SERIAL_BITS, new SecureRandom()), Date.from(now.minus(BACKDATED)),
                            Date.from(now.plus(OWN_VALIDITY)), name, keys.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature))
                    .addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
            var own = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
            // The key first: a key alone (power cut between the two) is made anew, a certificate alone is refused.
            Pem.write(keyFile, Pem.encode(keys.getPrivate()), true);
            Pem.write(certificateFile, Pem.encode(own), false);
            return new CertificateAuthority(own, keys.getPrivate(), clock);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot make an authority", e);
        }
    }

    private void checkPair(Path folder) throws IOException {
        try {
            var probe = new byte[] {1, 2, 3};
            var signer = java.security.Signature.getInstance("SHA256withECDSA");
            signer.initSign(key);
            signer.update(probe);
            var signature = signer.sign();
            signer.initVerify(certificate.getPublicKey());
            signer.update(probe);
            if (!signer.verify(signature)) {
                throw new IOException(folder + ": ca.key does not belong to ca.crt (expected: a pair)");
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(folder + ": ca.key cannot sign: " + e.getMessage(), e);
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** Signs texts other than certificates, such as manifests, with the authority's key. */
    public byte[] sign(byte[] content) {
        try {
            var signer = java.security.Signature.getInstance("SHA256withECDSA");
            signer.initSign(key);
            signer.update(content);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with our own key", e);
        }
    }

    /** The fingerprint of the authority's key, by which a child knows its parent. */
    public String fingerprint() {
        return Keys.fingerprint(certificate.getPublicKey());
    }

    /** A certificate for a key. */
    public X509Certificate issue(PublicKey subjectKey, CertificateRequest request) {
        try {
            var now = clock.instant();
            var end = now.plus(request.validity());
            var most = certificate.getNotAfter().toInstant();
            var extensions = new JcaX509ExtensionUtils();
            var builder = new JcaX509v3CertificateBuilder(
                            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                            new BigInteger(SERIAL_BITS, random),
                            Date.from(now.minus(BACKDATED)),
                            Date.from(end.isAfter(most) ? most : end),
                            Names.of(request.commonName(), request.organizations()),
                            subjectKey)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(certificate.getPublicKey()));
            var purposes = new ArrayList<KeyPurposeId>();
            if (request.server()) {
                purposes.add(KeyPurposeId.id_kp_serverAuth);
            }
            if (request.client()) {
                purposes.add(KeyPurposeId.id_kp_clientAuth);
            }
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
            var names = new ArrayList<GeneralName>();
            request.dnsNames().forEach(n -> names.add(new GeneralName(GeneralName.dNSName, n)));
            request.addresses().forEach(a -> names.add(new GeneralName(GeneralName.iPAddress, a)));
            request.uris().forEach(u -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, u)));
            if (!names.isEmpty()) {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot issue a certificate for " + request.commonName(), e);
        }
    }
}
