package dev.skerry.fabric.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.UnknownFieldSet;
import dev.skerry.fabric.link.wire.Entry;
import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.Hello;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two ends without a network between them. */
class LinkSessionTest {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();
    private Connection db;
    private Receiver receiver;
    private final ReentrantLock lock = new ReentrantLock();

    @BeforeEach
    void start() throws SQLException {
        db = DriverManager.getConnection("jdbc:sqlite::memory:");
        receiver = new Receiver(db, "desired");
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        threads.shutdownNow();
        lock.lock();
        db.close();
    }

    /** Ends of a session, and what they said. */
    private static final class End implements LinkSession.Owner {
        final ConcurrentLinkedQueue<String> ended = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<String> skipped = new ConcurrentLinkedQueue<>();

        @Override
        public void hello(LinkSession session, Hello theirs) {}

        @Override
        public void progressed(LinkSession session) {}

        @Override
        public void skipped(LinkSession session, String what) {
            skipped.add(what);
        }

        @Override
        public void ended(LinkSession session, String reason) {
            ended.add(reason);
        }
    }

    private record Line(LinkSession sender, LinkSession receiver, End sending, End receiving, Pipe down, Pipe up) {}

    private Line connect(Outgoing log, int cutAfter) throws IOException {
        var down = new Pipe();
        var up = new Pipe();
        open.push(down);
        open.push(up);
        var sending = new End();
        var receiving = new End();
        var sender = new LinkSession(down, LinkTuning.DEFAULT, threads, sending);
        var reader = new LinkSession(up, LinkTuning.DEFAULT, threads, receiving);
        down.to(reader);
        up.to(sender);
        down.setOnReadyHandler(sender::wake);
        up.setOnReadyHandler(reader::wake);
        down.cutAfter(cutAfter);
        sender.begin(List.of(log), List.of());
        reader.begin(List.of(), List.of(new Locked()));
        sender.greet(Hello.newBuilder());
        reader.greet(Hello.newBuilder());
        return new Line(sender, reader, sending, receiving, down, up);
    }

    /** Many thousand small objects through a small window, over lines that break after a few frames. */
    @Test
    void convergesThroughASmallWindowOverLinesThatBreak() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var log = new StateLog("desired", 50);
        var wished = new HashMap<String, String>();
        for (int connection = 0; connection < 25; connection++) {
            var line = connect(log, 1 + random.nextInt(60));
            for (int i = 0; i < 200; i++) {
                change(log, wished, random);
                line.sender().wake();
            }
            await().until(() -> line.sender().isOver() || line.sender().behind("desired") == 0);
            line.sender().end("next");
            line.receiver().end("next");
        }
        var last = connect(log, Integer.MAX_VALUE);
        await("seed " + seed).until(() -> held().equals(wished));
        await("seed " + seed).until(() -> last.sender().behind("desired") == 0);
    }

    @Test
    void endsWithTheReasonOnDamageAndOnWhatItMustKnow() throws Exception {
        var log = new StateLog("desired", 5);
        log.put("a", 1, new byte[] {1});
        var line = connect(log, Integer.MAX_VALUE);
        await().until(() -> line.sender().behind("desired") == 0);
        line.receiver().onNext(Frame.newBuilder()
                .setEntry(Entry.newBuilder().setLog("desired").setKey("b").setPayload(com.google.protobuf.ByteString.copyFromUtf8("x")))
                .build());
        await().until(() -> line.receiving().ended.contains("entry b: damaged (expected: a payload that fits its hash)"));
        await().until(() -> line.sending().ended.contains("refused: entry b: damaged (expected: a payload that fits its hash)"));

        var second = connect(log, Integer.MAX_VALUE);
        await().until(() -> second.sender().behind("desired") == 0);
        second.receiver().onNext(unknown(99));
        second.receiver().onNext(unknown(99));
        assertThat(second.receiving().skipped).containsExactly("frames of kind [99]");
        assertThat(second.receiver().isOver()).isFalse();
        second.receiver().onNext(unknown(42));
        await().until(() -> second.receiving().ended.stream().anyMatch(r -> r.startsWith("frame: of an unknown kind [42]")));
    }

    @Test
    void wantsAHelloFirstAndOnlyOne() throws Exception {
        var log = new StateLog("desired", 5);
        var line = connect(log, 0);
        line.receiver().onNext(Frame.newBuilder().setHeartbeat(dev.skerry.fabric.link.wire.Heartbeat.newBuilder()).build());
        assertThat(line.receiving().ended).containsExactly("frame: HEARTBEAT (expected: HELLO first)");
        var second = connect(log, Integer.MAX_VALUE);
        await().until(() -> second.sender().behind("desired") == 0);
        second.receiver().onNext(Frame.newBuilder().setHello(Hello.newBuilder()).build());
        assertThat(second.receiving().ended).containsExactly("frame: a second HELLO (expected: one)");
    }

    /** What a restored parent lacks stays, through any number of digests, until it is accepted. */
    @Test
    void keepsWhatARestoredSenderLacksUntilThatIsAccepted() throws SQLException {
        var line = Map.of("a", new LogDigest.Line(3, StateLog.hash(new byte[] {3})));
        receiver.accept(new LogDigest("e1", 0, Map.of(), false, false), Receiver.Effect.NONE);
        receiver.accept(entry("e1", 0, 1, "a", 5), Receiver.Effect.NONE);
        receiver.accept(entry("e1", 1, 2, "b", 1), Receiver.Effect.NONE);
        assertThat(receiver.accept(new LogDigest("e2", 9, line, true, false), Receiver.Effect.NONE)).isEmpty();
        assertThat(receiver.accept(new LogDigest("e3", 9, line, false, false), Receiver.Effect.NONE)).isEmpty();
        assertThat(receiver.kept()).containsExactly("a", "b");
        assertThat(receiver.lines()).containsKeys("a", "b");
        assertThat(receiver.accept(new LogDigest("e4", 9, line, false, true), Receiver.Effect.NONE)).containsExactly("a");
        assertThat(receiver.lines()).containsOnlyKeys("a");
        assertThat(receiver.kept()).isEmpty();
    }

    private static LogEntry entry(String epoch, long before, long sequence, String key, int value) {
        byte[] payload = {(byte) value};
        return new LogEntry(epoch, before, sequence, key, value, StateLog.hash(payload), payload, false);
    }

    private static Frame unknown(int number) {
        return Frame.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(number, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();
    }

    private static void change(StateLog log, Map<String, String> wished, Random random) {
        String key = "key-" + random.nextInt(2_000);
        if (random.nextInt(6) == 0) {
            log.delete(key);
            wished.remove(key);
        } else {
            byte[] value = ("value " + random.nextInt()).getBytes(StandardCharsets.UTF_8);
            log.put(key, 1, value);
            wished.put(key, StateLog.hash(value));
        }
    }

    private Map<String, String> held() throws SQLException {
        lock.lock();
        try {
            var all = new HashMap<String, String>();
            receiver.lines().forEach((k, l) -> all.put(k, l.hash()));
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** The receiver, for the threads of several connections. */
    private final class Locked implements Incoming {
        @Override
        public String log() {
            return "desired";
        }

        @Override
        public LogPosition position() throws IOException {
            return locked(receiver::position);
        }

        @Override
        public LogPosition accept(List<LogEntry> entries) throws IOException, LinkException {
            if (locked(() -> receiver.accept(entries, Receiver.Effect.NONE)) == Receiver.Outcome.GAP) {
                throw new LinkException("gap");
            }
            return position();
        }

        @Override
        public List<String> accept(LogDigest digest) throws IOException {
            return locked(() -> receiver.accept(digest, Receiver.Effect.NONE));
        }

        private <T> T locked(java.util.concurrent.Callable<T> step) throws IOException {
            lock.lock();
            try {
                return step.call();
            } catch (Exception e) {
                throw new IOException(e);
            } finally {
                lock.unlock();
            }
        }
    }
}
