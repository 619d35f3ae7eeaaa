package dev.skerry.fabric.link;

import java.net.URI;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who a site is: {@code spiffe://<trust domain>/site/<name>}, the URI in its certificates. */
public record SiteIdentity(String trustDomain, String site) {

    /** A DNS label that leaves room for the prefix of the site's namespace. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,56}[a-z0-9])?");
    private static final int URI_NAME = 6;

    public SiteIdentity {
        if (!NAME.matcher(site).matches()) {
            throw new IllegalArgumentException("site: " + site + " (expected: a DNS label of at most 58 characters)");
        }
    }

    public String uri() {
        return "spiffe://" + trustDomain + "/site/" + site;
    }

    /** Whose certificate it is; empty if it is no site's. The signature is the caller's to check. */
    public static Optional<SiteIdentity> of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? Optional.empty()
                    : names.stream()
                            .filter(n -> n.get(0).equals(URI_NAME))
                            .flatMap(n -> parse((String) n.get(1)).stream())
                            .findFirst();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    private static Optional<SiteIdentity> parse(String text) {
        try {
            var uri = URI.create(text);
            String path = uri.getPath() == null ? "" : uri.getPath();
            return "spiffe".equals(uri.getScheme()) && uri.getAuthority() != null && path.startsWith("/site/")
                    ? Optional.of(new SiteIdentity(uri.getAuthority(), path.substring("/site/".length())))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
