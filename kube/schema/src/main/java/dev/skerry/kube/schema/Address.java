package dev.skerry.kube.schema;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses and ranges of them, in both families. */
final class Address {
    private static final Pattern IPV4 = Pattern.compile("(0*(25[0-5]|2[0-4]\\d|1?\\d?\\d))(\\.0*(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");
    private static final int BITS_4 = 32;
    private static final int BITS_6 = 128;

    private Address() {}

    /** A range: its first address and how many bits are given. */
    record Range(BigInteger first, int bits, int size) {

        boolean strictlyHolds(Range other) {
            return size == other.size && bits < other.bits && other.first.shiftRight(size - bits).equals(first.shiftRight(size - bits));
        }

        boolean v6() {
            return size == BITS_6;
        }
    }

    static Optional<InetAddress> parse(String text) {
        boolean v4 = text.length() <= 45 && IPV4.matcher(text).matches();
        if (!v4 && !(text.contains(":") && IPV6.matcher(text).matches())) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(v4 ? text.replaceAll("(^|\\.)0+(?=\\d)", "$1") : text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static boolean v6(String text) {
        return text.contains(":");
    }

    static Optional<Range> range(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(text.substring(slash + 1));
        int size = v6(text) ? BITS_6 : BITS_4;
        return bits > size ? Optional.empty() : parse(text.substring(0, slash)).map(a -> new Range(new BigInteger(1, bytes(a, size)), bits, size));
    }

    private static byte[] bytes(InetAddress address, int size) {
        byte[] bytes = address.getAddress();
        byte[] wide = new byte[size / 8];
        System.arraycopy(bytes, 0, wide, wide.length - bytes.length, bytes.length);
        return wide;
    }

    /** Refuses addresses that no endpoint can have. */
    static void notSpecial(Place place) {
        InetAddress address = parse(place.text()).orElse(null);
        if (address == null) {
            place.invalidText("must be a valid IP address");
            return;
        }
        if (address.isAnyLocalAddress()) {
            place.invalidText("may not be unspecified (" + place.text() + ")");
        }
        if (address.isLoopbackAddress()) {
            place.invalidText("may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        if (address.isLinkLocalAddress()) {
            place.invalidText("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        }
        boolean v4 = address.getAddress().length == 4;
        if (v4 ? address.getHostAddress().startsWith("224.0.0.") : address.isMCLinkLocal()) {
            place.invalidText("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }
}
