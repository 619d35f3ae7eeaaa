package dev.skerry.streams;

import dev.skerry.data.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Messages that wait on disk, first in, first out. A file of frames and, beside it, how far it was read; when all was read the file
 * begins anew. After a crash messages that were sent last may come once more. One thread at a time.
 */
final class DiskQueue implements AutoCloseable {

    private static final int HEAD = 8;
    private static final int LONGEST = 16_000_000;
    private static final int REMEMBER_EVERY = 100;

    private final Path position;
    private final FileChannel file;
    private final long most;
    private long from;
    private long to;
    private int unremembered;

    DiskQueue(Path path, long most) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        this.most = most;
        position = path.resolveSibling(path.getFileName() + ".position");
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        from = AtomicFile.readBytes(position).map(b -> ByteBuffer.wrap(b).getLong()).orElse(0L);
        if (from > file.size()) {
            // All had been read and the file begun anew, but not yet said so: or the next messages would be passed over.
            from = 0;
            remember();
        }
        to = from;
        for (var next = at(to); next.isPresent(); next = at(to)) {
            to += HEAD + next.get().length;
        }
        file.truncate(to);
    }

    boolean isEmpty() {
        return from == to;
    }

    /** Adds a message; false if there is no room. */
    boolean add(byte[] message) throws IOException {
        if (to - from + HEAD + message.length > most || message.length > LONGEST) {
            return false;
        }
        var frame = ByteBuffer.allocate(HEAD + message.length).putInt(message.length).putInt(crc(message)).put(message).flip();
        for (long at = to; frame.hasRemaining();) {
            at += file.write(frame, at);
        }
        to += HEAD + message.length;
        return true;
    }

    /** The first messages, at most so many; they stay. */
    List<byte[]> first(int count) throws IOException {
        var all = new ArrayList<byte[]>();
        for (long at = from; all.size() < count && at < to;) {
            var one = at(at).orElseThrow(() -> new IOException("a message on disk is damaged"));
            all.add(one);
            at += HEAD + one.length;
        }
        return all;
    }

    private Optional<byte[]> at(long offset) throws IOException {
        var head = ByteBuffer.allocate(HEAD);
        if (!fill(head, offset)) {
            return Optional.empty();
        }
        int length = head.getInt();
        int crc = head.getInt();
        if (length < 0 || length > LONGEST) {
            return Optional.empty();
        }
        var body = ByteBuffer.allocate(length);
        return fill(body, offset + HEAD) && crc(body.array()) == crc ? Optional.of(body.array()) : Optional.empty();
    }

    private boolean fill(ByteBuffer into, long offset) throws IOException {
        while (into.hasRemaining()) {
            if (file.read(into, offset + into.position()) < 0) {
                return false;
            }
        }
        into.flip();
        return true;
    }

    private static int crc(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Removes messages that {@link #first} has given. */
    void remove(List<byte[]> messages) throws IOException {
        for (var message : messages) {
            from += HEAD + message.length;
        }
        if (from == to) {
            from = 0;
            to = 0;
            file.truncate(0);
            remember();
        } else if ((unremembered += messages.size()) >= REMEMBER_EVERY) {
            remember();
        }
    }

    private void remember() throws IOException {
        unremembered = 0;
        AtomicFile.write(position, ByteBuffer.allocate(Long.BYTES).putLong(from).array());
    }

    @Override
    public void close() throws IOException {
        remember();
        file.close();
    }
}
