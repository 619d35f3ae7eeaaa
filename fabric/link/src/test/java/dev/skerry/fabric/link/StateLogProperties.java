package dev.skerry.fabric.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class StateLogProperties {

    /** Cuts, repetitions and reordering at random places; then one undisturbed exchange. */
    @Property(tries = 60)
    void convergesOverAnyBadLineAndLosesNothing(@ForAll long seed) throws SQLException {
        var random = new Random(seed);
        try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            var log = new StateLog("desired", 3);
            var wished = new HashMap<String, String>();
            var receiver = new Receiver(db, "desired");
            for (int connection = 0; connection < 12; connection++) {
                change(log, wished, random);
                exchange(log, wished, receiver, random);
            }
            exchange(log, wished, receiver, null);
            var held = new HashMap<String, String>();
            receiver.lines().forEach((key, line) -> held.put(key, line.hash()));
            assertThat(held).isEqualTo(wished);
        }
    }

    /** A second exchange has nothing to do, and what came once has no second effect. */
    @Property(tries = 30)
    void writesEachEffectOnceHoweverOftenItComes(@ForAll long seed) throws SQLException {
        var random = new Random(seed);
        try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            try (Statement s = db.createStatement()) {
                s.executeUpdate("CREATE TABLE effects (key TEXT, sequence INTEGER)");
            }
            var log = new StateLog("desired", 3);
            var receiver = new Receiver(db, "desired");
            receiver.accept(((Outgoing.Start.Full) log.start(LogPosition.NONE)).digest(), Receiver.Effect.NONE);
            change(log, new HashMap<>(), random);
            if (!(log.start(receiver.position()) instanceof Outgoing.Start.Deltas(var from))) {
                return;
            }
            List<LogEntry> entries = pass(log, new Outgoing.Pass(from.epoch(), from.sequence(), Set.of()), from.sequence());
            for (int round = 0; round < 3; round++) {
                for (LogEntry e : entries) {
                    receiver.accept(e, StateLogProperties::record);
                }
            }
            long changes = entries.stream().filter(e -> !e.deleted()).count();
            assertThat(count(db)).isEqualTo(changes);
            assertThat(log.count(receiver.position().sequence())).isZero();
        }
    }

    private static void exchange(StateLog log, Map<String, String> wished, Receiver receiver, Random bad) throws SQLException {
        List<LogEntry> line;
        switch (log.start(receiver.position())) {
            case Outgoing.Start.Deltas(var from) ->
                line = pass(log, new Outgoing.Pass(from.epoch(), from.sequence(), Set.of()), from.sequence());
            case Outgoing.Start.Full(var digest) -> {
                List<String> keys = receiver.accept(digest, Receiver.Effect.NONE);
                if (bad != null) {
                    change(log, wished, bad); // between the digest and the answer
                }
                long from = keys.isEmpty() ? digest.sequence() : 0;
                line = pass(log, new Outgoing.Pass(digest.epoch(), digest.sequence(), Set.copyOf(keys)), from);
            }
        }
        if (bad != null && !line.isEmpty()) {
            int kind = bad.nextInt(4);
            int at = bad.nextInt(line.size());
            switch (kind) {
                case 0 -> line.subList(at, line.size()).clear();
                case 1 -> line.addAll(List.copyOf(line.subList(at, line.size())));
                case 2 -> java.util.Collections.shuffle(line, bad);
                default -> line.remove(at);
            }
        }
        for (LogEntry e : line) {
            receiver.accept(e, Receiver.Effect.NONE);
        }
    }

    private static List<LogEntry> pass(StateLog log, Outgoing.Pass pass, long from) {
        var all = new ArrayList<LogEntry>();
        long at = from;
        while (log.next(pass, at) instanceof Outgoing.Next.Found(var entry)) {
            all.add(entry);
            at = entry.sequence();
        }
        return all;
    }

    private static void change(StateLog log, Map<String, String> wished, Random random) {
        for (int i = random.nextInt(15); i >= 0; i--) {
            String key = "k" + random.nextInt(8);
            if (random.nextInt(3) == 0) {
                log.delete(key);
                wished.remove(key);
            } else {
                byte[] value = {(byte) random.nextInt(20)};
                log.put(key, i, value);
                wished.put(key, StateLog.hash(value));
            }
        }
    }

    private static void record(Connection db, LogEntry e) throws SQLException {
        try (var s = db.prepareStatement("INSERT INTO effects VALUES (?, ?)")) {
            s.setString(1, e.key());
            s.setLong(2, e.sequence());
            s.executeUpdate();
        }
    }

    private static long count(Connection db) throws SQLException {
        try (Statement s = db.createStatement(); ResultSet r = s.executeQuery("SELECT count(*) FROM effects")) {
            return r.getLong(1);
        }
    }
}
