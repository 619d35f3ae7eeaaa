package dev.skerry.streams.functions;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Digests of a text's UTF-8 or of bytes, in hexadecimal digits. */
final class HashFunctions {

    private HashFunctions() {}

    static void addTo(Catalogue to) {
        digest(to, "md5", "MD5");
        digest(to, "sha1", "SHA-1");
        digest(to, "sha256", "SHA-256");
        digest(to, "sha384", "SHA-384");
        digest(to, "sha512", "SHA-512");
        to.pure("crc32(text)", "text", "the CRC-32 checksum, without leading zeros", Checks.ONE_TEXT, NullRule.NULL, args -> crc32(args[0]));
    }

    private static void digest(Catalogue to, String name, String algorithm) {
        to.pure(name + "(text)", "text", "the " + algorithm + " digest", Checks.ONE_TEXT, NullRule.NULL, args -> {
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(Conversions.bytesOf(args[0])));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(algorithm + " (expected: an algorithm that every Java has)", e);
            }
        });
    }

    private static String crc32(@Nullable Object value) {
        var crc = new CRC32();
        crc.update(Conversions.bytesOf(value));
        return Long.toHexString(crc.getValue());
    }
}
