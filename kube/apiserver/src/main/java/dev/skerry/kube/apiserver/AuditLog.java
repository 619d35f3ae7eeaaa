package dev.skerry.kube.apiserver;

import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes audit events, a JSON object a line, by a thread of its own. Each line holds the number of its own and the hash of the line before (see
 * {@link AuditChain}). What waits is bounded in bytes: a request waits for room at most a second, then its event is dropped and counted, and the next line
 * tells how many. A line reaches the file within a second; a loss of power may take the last ones, never break the chain.
 */
final class AuditLog implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    private static final int MAX_WAITING = 4 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration ENDING = Duration.ofSeconds(5);

    private record Waiting(byte[] head, ObjectNode annotations, int cost) {}

    private final AuditConfig config;
    private final AuditPolicy policy;
    private final InstantSource clock;
    private final Semaphore room = new Semaphore(MAX_WAITING);
    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer;
    private volatile boolean closed;
    private @Nullable FileChannel file;
    private Instant begun = Instant.EPOCH;
    private AuditChain.Link last = AuditChain.Link.FIRST;
    private boolean failing;

    /** @throws IllegalArgumentException if the policy is wrong */
    static AuditLog open(AuditConfig config, InstantSource clock) throws IOException {
        var log = new AuditLog(config, AuditPolicy.parse(config.policy()), clock);
        log.resume();
        log.writer.start();
        return log;
    }

    private AuditLog(AuditConfig config, AuditPolicy policy, InstantSource clock) {
        this.config = config;
        this.policy = policy;
        this.clock = clock;
        this.writer = Thread.ofVirtual().name("audit log").unstarted(this::run);
    }

    AuditPolicy policy() {
        return policy;
    }

    /** How many events found no room since the start. */
    long dropped() {
        return dropped.get();
    }

    /** @param annotations those of the event; the chain's are added */
    void write(ObjectNode event, ObjectNode annotations) {
        var head = Bodies.write(event);
        var cost = head.length + 256;
        try {
            if (closed || !room.tryAcquire(Math.min(cost, MAX_WAITING), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                dropped.incrementAndGet();
                return;
            }
            queue.add(new Waiting(head, annotations, Math.min(cost, MAX_WAITING)));
        } catch (InterruptedException e) {
            dropped.incrementAndGet();
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed || !queue.isEmpty()) {
                var one = queue.poll(200, TimeUnit.MILLISECONDS);
                if (one != null) {
                    append(one);
                    room.release(one.cost());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void append(Waiting one) {
        try {
            rotate();
            var lost = dropped.getAndSet(0);
            if (lost > 0) {
                one.annotations().put(AuditChain.DROPPED, Long.toString(lost));
            }
            var line = AuditChain.line(one.head(), one.annotations(), last);
            var buffer = ByteBuffer.wrap(line.bytes());
            while (buffer.hasRemaining()) {
                file().write(buffer);
            }
            last = line.link();
            failing = false;
        } catch (IOException e) {
            dropped.incrementAndGet();
            if (!failing) {
                LOG.log(WARNING, "audit log {0}: {1} (events are dropped and counted until it can be written)", config.file(), e.getMessage());
            }
            failing = true;
        }
    }

    private FileChannel file() throws IOException {
        var open = file;
        if (open == null) {
            open = FileChannel.open(config.file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            if (Files.getFileStore(config.file()).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(config.file(), PosixFilePermissions.fromString("rw-------"));
            }
            file = open;
            begun = open.size() == 0 ? clock.instant() : begun;
        }
        return open;
    }

    /** Goes on where the last run ended; a line that was cut off is taken away. */
    private void resume() throws IOException {
        Files.createDirectories(config.file().toAbsolutePath().getParent());
        if (!Files.exists(config.file())) {
            last = newestOld().map(AuditChain::lastLink).orElse(AuditChain.Link.FIRST);
            return;
        }
        AuditChain.cutTornLine(config.file());
        begun = Files.getLastModifiedTime(config.file()).toInstant();
        last = Files.size(config.file()) > 0 ? AuditChain.lastLink(config.file()) : newestOld().map(AuditChain::lastLink).orElse(AuditChain.Link.FIRST);
    }

    private void rotate() throws IOException {
        var size = file().size();
        if (size > 0 && (size >= config.maxBytes() || begun.plus(config.maxAge()).isBefore(clock.instant()))) {
            file().force(true);
            file().close();
            file = null;
            var first = AuditChain.firstSequence(config.file());
            Files.move(config.file(), config.file().resolveSibling(stem() + "-" + "%012d".formatted(first) + ".log"));
            var old = AuditChain.parts(config.file());
            for (int i = 0; i < old.size(); i++) {
                if (i < old.size() - (config.maxFiles() - 1) || Files.getLastModifiedTime(old.get(i)).toInstant().plus(config.maxAge()).isBefore(clock.instant())) {
                    Files.delete(old.get(i));
                }
            }
        }
    }

    private String stem() {
        var name = config.file().getFileName().toString();
        return name.endsWith(".log") ? name.substring(0, name.length() - 4) : name;
    }

    private Optional<Path> newestOld() throws IOException {
        var parts = AuditChain.parts(config.file());
        return parts.isEmpty() ? Optional.empty() : Optional.of(parts.getLast());
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (!writer.join(ENDING)) {
                writer.interrupt();
                writer.join(ENDING);
            }
            if (file != null) {
                file.force(true);
                file.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(WARNING, "audit log {0}: its end could not be written: {1}", config.file(), e.getMessage());
        }
    }

}
