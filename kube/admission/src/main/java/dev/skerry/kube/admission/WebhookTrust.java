package dev.skerry.kube.admission;

import dev.skerry.kube.pki.Pem;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/** Trusts a webhook: by its own bundle of authorities or the system's, and by the name that it must have, which for a service is not its address. */
final class WebhookTrust extends X509ExtendedTrustManager {

    private static final int NAME = 2;
    private static final int ADDRESS = 7;

    private final X509TrustManager chain;
    private final String serverName;

    private WebhookTrust(X509TrustManager chain, String serverName) {
        this.chain = chain;
        this.serverName = serverName;
    }

    /** @param bundle PEM in base64; empty for the authorities of the system */
    static SSLContext context(String bundle, String serverName) throws GeneralSecurityException, IOException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        if (bundle.isEmpty()) {
            factory.init((KeyStore) null);
        } else {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            var at = 0;
            for (var certificate : Pem.certificates(new String(Base64.getMimeDecoder().decode(bundle), StandardCharsets.US_ASCII))) {
                store.setCertificateEntry("ca" + at++, certificate);
            }
            factory.init(store);
        }
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new WebhookTrust((X509TrustManager) factory.getTrustManagers()[0], serverName)}, null);
        return context;
    }

    static SSLParameters parameters(String serverName) {
        var parameters = new SSLParameters();
        if (serverName.chars().anyMatch(Character::isLetter) && serverName.indexOf(':') < 0) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        return parameters;
    }

    private void check(X509Certificate[] certificates, String type) throws CertificateException {
        chain.checkServerTrusted(certificates, type);
        var names = new ArrayList<String>();
        var alternatives = certificates[0].getSubjectAlternativeNames();
        if (alternatives != null) {
            for (var one : alternatives) {
                if (one.get(0).equals(NAME) || one.get(0).equals(ADDRESS)) {
                    names.add(String.valueOf(one.get(1)));
                }
            }
        }
        if (names.stream().noneMatch(this::is)) {
            throw new CertificateException("certificate is valid for " + String.join(", ", names) + ", not " + serverName);
        }
    }

    private boolean is(String name) {
        var wanted = serverName.toLowerCase(Locale.ROOT);
        var said = name.toLowerCase(Locale.ROOT);
        // A wildcard stands for one label.
        return said.equals(wanted) || said.startsWith("*.") && wanted.indexOf('.') > 0 && said.substring(1).equals(wanted.substring(wanted.indexOf('.')));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String type, SSLEngine engine) throws CertificateException {
        check(certificates, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String type, Socket socket) throws CertificateException {
        check(certificates, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String type) throws CertificateException {
        check(certificates, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("webhooks are never clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String type, Socket socket) throws CertificateException {
        throw new CertificateException("webhooks are never clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String type) throws CertificateException {
        throw new CertificateException("webhooks are never clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chain.getAcceptedIssuers();
    }
}
