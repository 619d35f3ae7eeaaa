package dev.skerry.kube.proxy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The servers that the machine itself asks for names; asked one after another, the whole question as it came. */
final class Upstream {

    private static final int PORT = 53;
    private static final int WAIT = 2_000;
    private static final int ROUNDS = 2;
    private static final int LARGEST = 64 * 1024;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path resolvConf;
    private final List<String> own;

    /** @param own addresses of ourselves, which must not be asked */
    Upstream(Path resolvConf, List<String> own) {
        this.resolvConf = resolvConf;
        this.own = own;
    }

    private List<String> servers() {
        try {
            // Read each time: a machine that moves asks others.
            return Files.readAllLines(resolvConf).stream().filter(l -> l.startsWith("nameserver")).map(l -> l.replaceFirst("nameserver\\s+", "").strip())
                    .filter(a -> a.matches("[0-9.]+") && !own.contains(a)).limit(3).toList();
        } catch (IOException e) {
            // A machine that asks nobody.
            return List.of();
        }
    }

    /** The answer of the first that answers. */
    Optional<byte[]> ask(byte[] question, int length, boolean stream) {
        for (int round = 0; round < ROUNDS; round++) {
            for (var server : servers()) {
                try {
                    return Optional.of(stream ? byStream(server, question, length) : byDatagram(server, question, length));
                } catch (IOException e) {
                    // The next one, then all once more.
                    continue;
                }
            }
        }
        return Optional.empty();
    }

    /** With a number and a port of our own, so that nobody can answer who has not seen the question. */
    private static byte[] byDatagram(String server, byte[] question, int length) throws IOException {
        var mine = new byte[length];
        System.arraycopy(question, 0, mine, 0, length);
        short number = (short) RANDOM.nextInt();
        ByteBuffer.wrap(mine).putShort(0, number);
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(server), PORT));
            socket.setSoTimeout(WAIT);
            socket.send(new DatagramPacket(mine, length));
            var answer = new DatagramPacket(new byte[4096], 4096);
            var end = System.nanoTime() + WAIT * 1_000_000L;
            while (System.nanoTime() < end) {
                socket.receive(answer);
                if (answer.getLength() > 12 && ByteBuffer.wrap(answer.getData()).getShort(0) == number) {
                    var bytes = java.util.Arrays.copyOf(answer.getData(), answer.getLength());
                    bytes[0] = question[0];
                    bytes[1] = question[1];
                    return bytes;
                }
            }
            throw new SocketTimeoutException("no answer from " + server);
        }
    }

    private static byte[] byStream(String server, byte[] question, int length) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(server), PORT), WAIT);
            socket.setSoTimeout(WAIT);
            var out = new DataOutputStream(socket.getOutputStream());
            out.write(ByteBuffer.allocate(length + 2).putShort((short) length).put(question, 0, length).array());
            out.flush();
            var in = new DataInputStream(socket.getInputStream());
            var answer = new byte[Math.min(LARGEST, in.readUnsignedShort())];
            in.readFully(answer);
            return answer;
        }
    }

    /** The IPv4 addresses of a name of another domain. */
    List<byte[]> addresses(String name) {
        var encoded = DnsMessage.encoded(name);
        var question = ByteBuffer.allocate(12 + encoded.length + 4).putShort((short) RANDOM.nextInt()).putShort((short) 0x0100).putShort((short) 1)
                .putShort((short) 0).putShort((short) 0).putShort((short) 0).put(encoded).putShort((short) DnsMessage.A).putShort((short) 1).array();
        return ask(question, question.length, false).map(Upstream::addresses).orElse(List.of());
    }

    /** What an answer has of addresses; a message that is not whole has fewer. */
    static List<byte[]> addresses(byte[] answer) {
        var found = new ArrayList<byte[]>();
        int count = answer.length < 12 ? 0 : (answer[6] & 0xFF) << 8 | answer[7] & 0xFF;
        int at = skipName(answer, 12) + 4;
        for (int i = 0; i < count; i++) {
            at = skipName(answer, at);
            if (at + 10 > answer.length) {
                return found;
            }
            int type = (answer[at] & 0xFF) << 8 | answer[at + 1] & 0xFF;
            int length = (answer[at + 8] & 0xFF) << 8 | answer[at + 9] & 0xFF;
            if (type == DnsMessage.A && length == 4 && at + 14 <= answer.length) {
                found.add(java.util.Arrays.copyOfRange(answer, at + 10, at + 14));
            }
            at += 10 + length;
        }
        return found;
    }

    private static int skipName(byte[] message, int from) {
        int at = from;
        while (at < message.length && message[at] != 0) {
            if ((message[at] & 0xC0) == 0xC0) {
                return at + 2;
            }
            at += (message[at] & 0xFF) + 1;
        }
        return at + 1;
    }
}
