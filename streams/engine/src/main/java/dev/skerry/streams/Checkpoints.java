package dev.skerry.streams;

import dev.skerry.data.AtomicFile;
import dev.skerry.data.Outbox;
import dev.skerry.streams.functions.KeyedStates;
import dev.skerry.streams.sql.StateBytes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What rules remember, on disk: one file a rule, replaced as a whole, and one for what they keep for one another. A file that is
 * damaged is passed over: the rule then begins anew.
 */
final class Checkpoints {

    private static final Logger LOG = System.getLogger(Checkpoints.class.getName());
    private static final long COMPLAIN_NANOS = 60_000_000_000L;
    private static final String SUFFIX = ".state";

    private final Path folder;
    private final @Nullable LogReplay log;
    private final AtomicLong complained = new AtomicLong(System.nanoTime() - COMPLAIN_NANOS);
    private byte[] keptBytes = {};
    private volatile String lastError = "";

    /** @param outbox the durable log, from which what came after a checkpoint is read again; without it, that is lost */
    Checkpoints(Path folder, @Nullable Outbox outbox) throws IOException {
        this.folder = Files.createDirectories(folder);
        log = outbox == null ? null : new LogReplay(outbox);
    }

    @Nullable LogReplay log() {
        return log;
    }

    /** Why the newest write failed, or empty. */
    String lastError() {
        return lastError;
    }

    private Path file(String rule) {
        return folder.resolve(HexFormat.of().formatHex(rule.getBytes(StandardCharsets.UTF_8)) + SUFFIX);
    }

    Optional<Map<String, Object>> read(String rule) {
        return read(file(rule));
    }

    private static Optional<Map<String, Object>> read(Path file) {
        try {
            var bytes = AtomicFile.readBytes(file);
            return bytes.isEmpty() ? Optional.empty() : Optional.of(StateBytes.read(bytes.get()));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "checkpoint {0}: unreadable, the rule begins anew: {1}", file.getFileName(), e.getMessage());
            return Optional.empty();
        }
    }

    boolean write(String rule, byte[] bytes) {
        return write(file(rule), bytes);
    }

    private boolean write(Path file, byte[] bytes) {
        try {
            AtomicFile.write(file, bytes);
            lastError = "";
            return true;
        } catch (IOException e) {
            lastError = "checkpoint: not written: " + e.getMessage();
            long last = complained.get();
            if (System.nanoTime() - last >= COMPLAIN_NANOS && complained.compareAndSet(last, System.nanoTime())) {
                LOG.log(Level.WARNING, "checkpoint {0}: not written: {1}", file.getFileName(), e.getMessage());
            }
            return false;
        }
    }

    void forget(String rule) {
        delete(file(rule));
    }

    /** Forgets all rules but these. */
    void retain(Set<String> rules) {
        var files = rules.stream().map(this::file).collect(Collectors.toSet());
        try (var all = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (var file : all) {
                if (!files.contains(file)) {
                    delete(file);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "checkpoints: {0} cannot be listed: {1}", folder, e.getMessage());
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "checkpoint {0}: not deleted: {1}", file.getFileName(), e.getMessage());
        }
    }

    /** Takes up what rules keep for one another. */
    void restore(KeyedStates kept) {
        read(folder.resolve("kept")).ifPresent(kept::restore);
        keptBytes = StateBytes.write(kept.save());
    }

    /** Writes what rules keep for one another, if it has changed. One thread calls it. */
    void save(KeyedStates kept) {
        if (log != null) {
            log.forget();
        }
        var bytes = StateBytes.write(kept.save());
        if (!Arrays.equals(bytes, keptBytes) && write(folder.resolve("kept"), bytes)) {
            keptBytes = bytes;
        }
    }
}
