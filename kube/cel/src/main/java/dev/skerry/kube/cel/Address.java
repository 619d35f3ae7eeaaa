package dev.skerry.kube.cel;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** An address and, of a network, the length of its prefix (else -1). */
record Address(InetAddress ip, int prefix) {
    private static final Pattern V4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    static Optional<Address> ip(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches() || text.toLowerCase(java.util.Locale.ROOT).startsWith("::ffff:") && text.contains(".")) {
            return Optional.empty();
        }
        try {
            InetAddress parsed = InetAddress.ofLiteral(text);
            boolean mapped = text.contains(":") && parsed.getAddress().length == 4;
            return mapped ? Optional.empty() : Optional.of(new Address(parsed, -1));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static Optional<Address> network(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
            return Optional.empty();
        }
        int length = Integer.parseInt(text.substring(slash + 1));
        return ip(text.substring(0, slash)).filter(a -> length <= a.bits()).map(a -> new Address(a.ip, length));
    }

    int bits() {
        return ip.getAddress().length * 8;
    }

    Address masked() {
        byte[] bytes = ip.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.max(0, Math.min(8, prefix - i * 8));
            bytes[i] &= (byte) (0xff << (8 - kept));
        }
        try {
            return new Address(InetAddress.getByAddress(bytes), prefix);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean contains(Address other) {
        int length = other.prefix < 0 ? bits() : other.prefix;
        return bits() == other.bits() && length >= prefix && new Address(other.ip, prefix).masked().ip.equals(masked().ip);
    }

    /** The shortest spelling (RFC 5952). */
    @Override
    public String toString() {
        return prefix < 0 ? text() : text() + "/" + prefix;
    }

    private String text() {
        byte[] bytes = ip.getAddress();
        if (bytes.length == 4) {
            return ip.getHostAddress();
        }
        int from = -1;
        int longest = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && word(bytes, end) == 0) {
                end++;
            }
            if (end - i > longest) {
                longest = end - i;
                from = i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == from) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (i > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(word(bytes, i)));
        }
        return text.toString();
    }

    private static int word(byte[] bytes, int i) {
        return (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
    }
}
