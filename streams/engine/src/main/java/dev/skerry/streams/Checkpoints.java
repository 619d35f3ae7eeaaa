package dev.skerry.streams;

import dev.skerry.streams.sql.Query;
import dev.skerry.streams.sql.QueryRun;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What rules remember, on disk: one file a rule, replaced as a whole. A file that is damaged, or of another text of the rule,
 * is passed over: the rule then begins anew.
 */
final class Checkpoints {

    private static final Logger LOG = System.getLogger(Checkpoints.class.getName());
    private static final long EVERY_MILLIS = 30_000;

    private final Path folder;
    private final Map<String, Long> saved = new ConcurrentHashMap<>();

    Checkpoints(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    private Path file(String rule) {
        return folder.resolve(HexFormat.of().formatHex(rule.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    void restore(String rule, Query query, QueryRun run) {
        try {
            if (Files.exists(file(rule)) && !run.restoreBytes(Files.readAllBytes(file(rule)))) {
                LOG.log(Level.INFO, "rule {0}: begins anew, its checkpoint is of another text ({1} sources)", rule, query.sources().size());
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "rule {0}: checkpoint unreadable, begins anew: {1}", rule, e.getMessage());
        }
    }

    void saveIfDue(String rule, QueryRun run, long now) {
        var last = saved.putIfAbsent(rule, now);
        if (last != null && now - last >= EVERY_MILLIS) {
            saved.put(rule, now);
            save(rule, run);
        }
    }

    void save(String rule, QueryRun run) {
        try {
            var next = folder.resolve(file(rule).getFileName() + ".next");
            Files.write(next, run.saveBytes());
            Files.move(next, file(rule), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "rule {0}: checkpoint not written: {1}", rule, e.getMessage());
        }
    }
}
