package dev.skerry.kube.proxy;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.kube.proxy.ClusterNames.Found;
import dev.skerry.kube.proxy.DnsMessage.Answer;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Answers Pods' questions for names, over UDP and TCP: the cluster's from what is known, all others from whom the machine asks. */
final class DnsServer implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(DnsServer.class.getName());
    private static final int MOST = 256;
    private static final int LARGEST = 4096;
    private static final int STREAM_MOST = 64 * 1024 - 1;
    private static final int PATIENCE = 10_000;
    private static final int TRIES = 20;
    private static final int CHAIN = 8;

    private final ClusterNames names;
    private final Upstream upstream;
    private final DatagramSocket datagrams;
    private final ServerSocket streams;
    private final Semaphore free = new Semaphore(MOST);
    private final List<Thread> threads;

    private DnsServer(ClusterNames names, Upstream upstream, DatagramSocket datagrams, ServerSocket streams) {
        this.names = names;
        this.upstream = upstream;
        this.datagrams = datagrams;
        this.streams = streams;
        this.threads = List.of(
                Thread.ofVirtual().name("dns-datagrams").start(this::receive),
                Thread.ofVirtual().name("dns-streams").start(this::accept));
    }

    /** Listens on a free port of that address, the same of both protocols. */
    static DnsServer start(String address, ClusterNames names, Upstream upstream) throws IOException {
        var at = InetAddress.getByName(address);
        for (int i = 0; ; i++) {
            var datagrams = new DatagramSocket(0, at);
            try {
                return new DnsServer(names, upstream, datagrams, new ServerSocket(datagrams.getLocalPort(), 128, at));
            } catch (IOException e) {
                datagrams.close();
                if (i == TRIES) {
                    throw e;
                }
            }
        }
    }

    int port() {
        return datagrams.getLocalPort();
    }

    private void receive() {
        while (!datagrams.isClosed()) {
            try {
                var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
                datagrams.receive(packet);
                // Who finds no place asks again: that is how this protocol takes a loss.
                if (free.tryAcquire()) {
                    Thread.ofVirtual().name("dns-question").start(() -> datagram(packet));
                }
            } catch (IOException e) {
                if (!datagrams.isClosed()) {
                    LOG.log(WARNING, "dns: {0}", e.getMessage());
                }
            }
        }
    }

    private void datagram(DatagramPacket packet) {
        try {
            var answer = answer(packet.getData(), packet.getLength(), false);
            if (answer.length > 0) {
                datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            LOG.log(DEBUG, "dns: not answered: {0}", e.getMessage());
        } finally {
            free.release();
        }
    }

    private void accept() {
        while (!streams.isClosed()) {
            try {
                var client = streams.accept();
                if (free.tryAcquire()) {
                    Thread.ofVirtual().name("dns-stream").start(() -> stream(client));
                } else {
                    client.close();
                }
            } catch (IOException e) {
                if (!streams.isClosed()) {
                    LOG.log(WARNING, "dns: {0}", e.getMessage());
                }
            }
        }
    }

    private void stream(Socket client) {
        try (client) {
            client.setSoTimeout(PATIENCE);
            var in = new DataInputStream(client.getInputStream());
            while (true) {
                int length = in.read();
                if (length < 0) {
                    return;
                }
                var question = new byte[Math.min(LARGEST, length << 8 | in.readUnsignedByte())];
                in.readFully(question);
                var answer = answer(question, question.length, true);
                if (answer.length == 0) {
                    return;
                }
                client.getOutputStream().write(ByteBuffer.allocate(answer.length + 2).putShort((short) answer.length).put(answer).array());
            }
        } catch (IOException e) {
            LOG.log(DEBUG, "dns: stream ended: {0}", e.getMessage());
        } finally {
            free.release();
        }
    }

    /** Empty if there is nothing to be said. */
    private byte[] answer(byte[] bytes, int length, boolean stream) {
        var parsed = DnsMessage.parse(bytes, length);
        if (parsed.isEmpty()) {
            return new byte[0];
        }
        var question = parsed.get();
        int most = stream ? STREAM_MOST : question.size();
        var found = names.find(question.name(), question.type());
        if (found.isEmpty()) {
            return upstream.ask(bytes, length, stream).orElseGet(() -> question.answer(DnsMessage.SERVER_FAILURE, false, List.of(), List.of(), most));
        }
        var answers = whole(found.get(), question.type());
        return question.answer(found.get().exists() ? DnsMessage.NO_ERROR : DnsMessage.NO_NAME, true, answers, answers.isEmpty() ? List.of(names.authority()) : List.of(), most);
    }

    /** Follows where a name leads, within the cluster and out of it. */
    private List<Answer> whole(Found found, int type) {
        var answers = new ArrayList<>(found.answers());
        var at = found;
        for (int i = 0; i < CHAIN && !at.elsewhere().isEmpty(); i++) {
            var name = at.elsewhere();
            var next = names.find(name, type);
            if (next.isEmpty()) {
                if (type == DnsMessage.A) {
                    upstream.addresses(name).forEach(a -> answers.add(new Answer(name, DnsMessage.A, 30, a)));
                }
                return answers;
            }
            at = next.get();
            answers.addAll(at.answers());
        }
        return answers;
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        streams.close();
        for (var thread : threads) {
            thread.interrupt();
        }
    }
}
