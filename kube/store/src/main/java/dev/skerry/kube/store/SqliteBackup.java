package dev.skerry.kube.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Copies of a SQLite store: taken while it runs, checked, put back. */
public final class SqliteBackup {

    /** How far a restored store's revision jumps: beyond whatever its clients may have seen after the backup was taken. */
    public static final long BUMP = 1_000_000_000L;

    private static final int MAX_FINDINGS = 20;
    private static final List<String> COMPANIONS = List.of("-wal", "-shm");

    private SqliteBackup() {}

    /** What to do with a file that cannot be used. */
    static String wayOut(Path file, String finding) {
        return file + ": " + finding + " (expected: a sound store; 'skerry check --data DIR' looks through all of it, 'skerry restore --data DIR --from FILE'"
                + " puts a backup in its place; without one, \"sqlite3 " + file.getFileName() + " .recover\" saves what can be read, and a file moved away lets the store begin anew)";
    }

    /**
     * Writes a compact copy as of one moment; whoever has the store open goes on.
     *
     * @throws IOException if the copy is there already, or the store cannot be read
     */
    public static void take(Path file, Path copy) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": no such file (expected: the store of a skerry)");
        }
        if (Files.exists(copy)) {
            throw new IOException(copy + ": exists (expected: a new file)");
        }
        var part = copy.resolveSibling(copy.getFileName() + ".part");
        Files.deleteIfExists(part);
        try (var session = SqliteConnections.connect(file, true)) {
            try (var statement = session.connection().prepareStatement("VACUUM INTO ?")) {
                statement.setString(1, part.toString());
                statement.execute();
            }
            sync(part);
            Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
        } catch (SQLException e) {
            Files.deleteIfExists(part);
            throw new IOException(file + ": not copied to " + copy + ": " + e.getMessage(), e);
        }
    }

    /** Everything that SQLite finds wrong with a file, up to 20 lines; empty if it is sound. */
    public static List<String> check(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": no such file (expected: the store of a skerry)");
        }
        var findings = new ArrayList<String>();
        try (var session = SqliteConnections.connect(file, true); var rows = session.prepare("PRAGMA integrity_check(" + MAX_FINDINGS + ")").executeQuery()) {
            while (rows.next()) {
                if (!"ok".equals(rows.getString(1))) {
                    findings.add(rows.getString(1));
                }
            }
            session.number(Rows.COMPACTED);
        } catch (SQLException e) {
            findings.add(String.valueOf(e.getMessage()));
        }
        return findings;
    }

    /**
     * Puts a copy in the place of a store that nobody has open. Its revision goes on far behind all that was ever seen, and its
     * past counts as compacted: clients that watched list anew. What was there stays beside it.
     *
     * @param forget keys that the restored store shall not have
     * @return where the former store lies now, or the file itself if there was none
     */
    public static Path restore(Path copy, Path file, List<String> forget) throws IOException {
        var findings = check(copy);
        if (!findings.isEmpty()) {
            throw new IOException(copy + ": " + findings.getFirst() + " (expected: a sound copy, made by 'skerry backup')");
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        var part = file.resolveSibling(file.getFileName() + ".restoring");
        Files.copy(copy, part, StandardCopyOption.REPLACE_EXISTING);
        try {
            bump(part, forget);
        } catch (SQLException e) {
            Files.deleteIfExists(part);
            throw new IOException(copy + ": " + e.getMessage() + " (expected: a copy made by 'skerry backup')", e);
        }
        sync(part);
        var aside = file;
        if (Files.exists(file)) {
            for (int i = 1; Files.exists(aside); i++) {
                aside = file.resolveSibling(file.getFileName() + ".before-restore-" + i);
            }
            for (var companion : COMPANIONS) {
                var beside = Path.of(file + companion);
                if (Files.exists(beside)) {
                    Files.move(beside, Path.of(aside + companion));
                }
            }
            Files.move(file, aside);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        return aside;
    }

    private static void bump(Path part, List<String> forget) throws SQLException {
        // Opened as a store, so that an interrupted one's Leases get their new revisions first.
        try (var session = SqliteConnections.connect(part, false)) {
            session.connection().setAutoCommit(false);
            var to = Math.max(session.number(SqliteConnections.REVISION), session.number("SELECT value FROM meta WHERE name = 'reserved'")) + BUMP;
            session.execute("DELETE FROM state WHERE newest = 0");
            var drop = session.prepare("DELETE FROM state WHERE key = ?");
            for (var key : forget) {
                drop.setString(1, key);
                drop.executeUpdate();
            }
            session.execute("UPDATE meta SET value = CASE name WHEN 'compacted' THEN " + to + " WHEN 'revision' THEN " + to + " ELSE 0 END");
            session.connection().commit();
            session.connection().setAutoCommit(true);
            session.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        for (var companion : COMPANIONS) {
            part.resolveSibling(part.getFileName() + companion).toFile().delete();
        }
    }

    private static void sync(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
