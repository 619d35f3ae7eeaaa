package dev.skerry.kube.proxy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A question to a DNS server, and how its answer is written (RFC 1035, RFC 6891 for the size).
 *
 * @param head the question's bytes from its beginning to the end of the question itself, as they came
 * @param name in lower case, without the dot at its end
 * @param size what the client takes in one datagram
 */
record DnsMessage(byte[] head, String name, int type, int size) {

    static final int A = 1;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int PTR = 12;
    static final int TXT = 16;
    static final int SRV = 33;
    static final int ANY = 255;
    static final int NO_ERROR = 0;
    static final int SERVER_FAILURE = 2;
    static final int NO_NAME = 3;

    private static final int HEADER = 12;
    private static final int OPT = 41;
    private static final int INTERNET = 1;
    private static final int SMALL = 512;
    private static final int LARGE = 1232;
    private static final int LONGEST_NAME = 255;
    private static final int SAME_NAME = 0xC00C;

    /** One fact. @param data as it stands in the message */
    record Answer(String name, int type, int seconds, byte[] data) {}

    /** Empty if it is no single question of the usual kind. */
    static Optional<DnsMessage> parse(byte[] bytes, int length) {
        if (length < HEADER + 5 || (bytes[2] & 0xF8) != 0 || bytes[4] != 0 || bytes[5] != 1) {
            return Optional.empty();
        }
        var name = new StringBuilder();
        int at = HEADER;
        while (at < length && bytes[at] != 0) {
            int label = bytes[at] & 0xFF;
            if (label > 63 || at + label >= length || name.length() + label > LONGEST_NAME) {
                return Optional.empty();
            }
            name.append(name.isEmpty() ? "" : ".").append(new String(bytes, at + 1, label, StandardCharsets.ISO_8859_1));
            at += label + 1;
        }
        if (at + 5 > length) {
            return Optional.empty();
        }
        int type = (bytes[at + 1] & 0xFF) << 8 | bytes[at + 2] & 0xFF;
        if (bytes[at + 3] != 0 || bytes[at + 4] != INTERNET) {
            return Optional.empty();
        }
        int end = at + 5;
        var head = new byte[end];
        System.arraycopy(bytes, 0, head, 0, end);
        return Optional.of(new DnsMessage(head, name.toString().toLowerCase(Locale.ROOT), type, size(bytes, end, length)));
    }

    private static int size(byte[] bytes, int at, int length) {
        // The one additional record of a question is its OPT: no name, then type and size.
        boolean tells = at + 11 <= length && bytes[11] == 1 && bytes[at] == 0 && ((bytes[at + 1] & 0xFF) << 8 | bytes[at + 2] & 0xFF) == OPT;
        return tells ? Math.clamp((bytes[at + 3] & 0xFF) << 8 | bytes[at + 4] & 0xFF, SMALL, LARGE) : SMALL;
    }

    /**
     * Writes an answer.
     *
     * @param most how many bytes there may be; beyond that the client is told to ask over TCP
     */
    byte[] answer(int code, boolean ours, List<Answer> answers, List<Answer> authority, int most) {
        var whole = write(code, ours, false, answers, authority);
        return whole.length <= most ? whole : write(code, ours, true, List.of(), List.of());
    }

    private byte[] write(int code, boolean ours, boolean cut, List<Answer> answers, List<Answer> authority) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head);
        answers.forEach(a -> write(bytes, a));
        authority.forEach(a -> write(bytes, a));
        var message = bytes.toByteArray();
        // The client's wish for recursion is kept; we can always do it.
        message[2] = (byte) (0x80 | message[2] & 0x01 | (ours ? 0x04 : 0) | (cut ? 0x02 : 0));
        message[3] = (byte) (0x80 | code);
        ByteBuffer.wrap(message).putShort(6, (short) answers.size()).putShort(8, (short) authority.size()).putShort(10, (short) 0);
        return message;
    }

    private void write(ByteArrayOutputStream bytes, Answer answer) {
        var out = new DataOutputStream(bytes);
        try {
            if (answer.name().equals(name)) {
                out.writeShort(SAME_NAME);
            } else {
                out.write(encoded(answer.name()));
            }
            out.writeShort(answer.type());
            out.writeShort(INTERNET);
            out.writeInt(answer.seconds());
            out.writeShort(answer.data().length);
            out.write(answer.data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] encoded(String name) {
        var bytes = new ByteArrayOutputStream();
        for (var label : name.split("\\.")) {
            if (!label.isEmpty()) {
                bytes.write(label.length());
                bytes.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        bytes.write(0);
        return bytes.toByteArray();
    }
}
