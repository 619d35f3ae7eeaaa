package dev.skerry.kube.cel;

import static dev.skerry.kube.cel.Library.classes;
import static dev.skerry.kube.cel.Library.types;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Addresses, networks and URLs. */
final class NetFunctions {
    private static final CelType IP = OpaqueType.create("net.IP");
    private static final CelType CIDR = OpaqueType.create("net.CIDR");
    private static final CelType URL = OpaqueType.create("kubernetes.URL");

    private NetFunctions() {}

    static void addTo(Library library) {
        ips(library);
        networks(library);
        urls(library);
    }

    private static void ips(Library library) {
        library.global("ip", "string_to_ip", IP, types(SimpleType.STRING), classes(String.class), args -> ip((String) args[0]));
        library.global("isIP", "is_ip", SimpleType.BOOL, types(SimpleType.STRING), classes(String.class), args -> Address.ip((String) args[0]).isPresent());
        library.global("ip.isCanonical", "ip_is_canonical", SimpleType.BOOL, types(SimpleType.STRING), classes(String.class),
                args -> ip((String) args[0]).toString().equals(args[0]));
        library.member("family", "ip_family", SimpleType.INT, types(IP), classes(Address.class), args -> ((Address) args[0]).bits() == 32 ? 4L : 6L);
        test(library, "isUnspecified", "ip_is_unspecified", a -> a.ip().isAnyLocalAddress());
        test(library, "isLoopback", "ip_is_loopback", a -> a.ip().isLoopbackAddress());
        test(library, "isLinkLocalMulticast", "ip_is_link_local_multicast", a -> a.bits() == 32 ? a.toString().startsWith("224.0.0.") : a.ip().isMCLinkLocal());
        test(library, "isLinkLocalUnicast", "ip_is_link_local_unicast", a -> a.ip().isLinkLocalAddress());
        test(library, "isGlobalUnicast", "ip_is_global_unicast", a -> !a.ip().isAnyLocalAddress() && !a.ip().isLoopbackAddress() && !a.ip().isMulticastAddress()
                && !a.ip().isLinkLocalAddress() && !a.toString().equals("255.255.255.255"));
        library.global("string", "ip_to_string", SimpleType.STRING, types(IP), classes(Address.class), args -> args[0].toString());
    }

    private static void test(Library library, String name, String id, Predicate<Address> test) {
        library.member(name, id, SimpleType.BOOL, types(IP), classes(Address.class), args -> test.test((Address) args[0]));
    }

    private static Address ip(String text) {
        return Address.ip(text).orElseThrow(() -> new CelFault("IP Address \"" + text + "\" parse error during conversion from string: ParseAddr(\"" + text + "\"): unable to parse IP"));
    }

    private static Address network(String text) {
        return Address.network(text).orElseThrow(() -> new CelFault("network address parse error during conversion from string: netip.ParsePrefix(\"" + text + "\"): "
                + (text.contains("/") ? "bad prefix" : "no '/'")));
    }

    private static void networks(Library library) {
        library.global("cidr", "string_to_cidr", CIDR, types(SimpleType.STRING), classes(String.class), args -> network((String) args[0]));
        library.global("isCIDR", "is_cidr", SimpleType.BOOL, types(SimpleType.STRING), classes(String.class), args -> Address.network((String) args[0]).isPresent());
        library.member("containsIP", "cidr_contains_ip_string", SimpleType.BOOL, types(CIDR, SimpleType.STRING), classes(Address.class, String.class),
                args -> ((Address) args[0]).contains(ip((String) args[1])));
        library.member("containsIP", "cidr_contains_ip_ip", SimpleType.BOOL, types(CIDR, IP), classes(Address.class, Address.class),
                args -> ((Address) args[0]).contains((Address) args[1]));
        library.member("containsCIDR", "cidr_contains_cidr_string", SimpleType.BOOL, types(CIDR, SimpleType.STRING), classes(Address.class, String.class),
                args -> ((Address) args[0]).contains(network((String) args[1])));
        library.member("containsCIDR", "cidr_contains_cidr", SimpleType.BOOL, types(CIDR, CIDR), classes(Address.class, Address.class),
                args -> ((Address) args[0]).contains((Address) args[1]));
        library.member("ip", "cidr_ip", IP, types(CIDR), classes(Address.class), args -> new Address(((Address) args[0]).ip(), -1));
        library.member("prefixLength", "cidr_prefix_length", SimpleType.INT, types(CIDR), classes(Address.class), args -> (long) ((Address) args[0]).prefix());
        library.member("masked", "cidr_masked", CIDR, types(CIDR), classes(Address.class), args -> ((Address) args[0]).masked());
        library.global("string", "cidr_to_string", SimpleType.STRING, types(CIDR), classes(Address.class), args -> args[0].toString());
    }

    private static void urls(Library library) {
        library.global("url", "string_to_url", URL, types(SimpleType.STRING), classes(String.class), args -> uri((String) args[0])
                .orElseThrow(() -> new CelFault("URL parse error during conversion from string: parse \"" + args[0] + "\": invalid URI for request")));
        library.global("isURL", "is_url_string", SimpleType.BOOL, types(SimpleType.STRING), classes(String.class), args -> uri((String) args[0]).isPresent());
        library.member("getScheme", "url_get_scheme", SimpleType.STRING, types(URL), classes(URI.class), args -> text(((URI) args[0]).getScheme()));
        library.member("getHost", "url_get_host", SimpleType.STRING, types(URL), classes(URI.class), args -> {
            String authority = text(((URI) args[0]).getRawAuthority());
            return authority.substring(authority.indexOf('@') + 1);
        });
        library.member("getHostname", "url_get_hostname", SimpleType.STRING, types(URL), classes(URI.class), args -> {
            String host = text(((URI) args[0]).getHost());
            return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        });
        library.member("getPort", "url_get_port", SimpleType.STRING, types(URL), classes(URI.class), args -> ((URI) args[0]).getPort() < 0 ? "" : Integer.toString(((URI) args[0]).getPort()));
        library.member("getEscapedPath", "url_get_escaped_path", SimpleType.STRING, types(URL), classes(URI.class), args -> text(((URI) args[0]).getRawPath()));
        library.member("getQuery", "url_get_query", MapType.create(SimpleType.STRING, ListType.create(SimpleType.STRING)), types(URL), classes(URI.class),
                args -> query(text(((URI) args[0]).getRawQuery())));
    }

    private static Optional<URI> uri(String text) {
        try {
            URI uri = new URI(text);
            return uri.isAbsolute() && !uri.isOpaque() || text.startsWith("/") ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static String text(@org.jspecify.annotations.Nullable String part) {
        return part == null ? "" : part;
    }

    private static Map<String, List<String>> query(String query) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8);
                all.computeIfAbsent(name, n -> new ArrayList<>()).add(equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return all;
    }
}
