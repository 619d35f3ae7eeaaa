package dev.skerry.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A small file that is replaced as a whole: after a crash there is the old content or the new. It ends in a CRC32C. */
public final class AtomicFile {

    private AtomicFile() {}

    /** Replaces the content; it is on disk when this returns. */
    public static void write(Path path, byte[] content) throws IOException {
        var out = new Output(content.length + 4);
        out.raw(content, 0, content.length);
        write(path, out);
    }

    /** What {@link #write(Path, byte[])} wrote; empty if there is none or it is damaged. */
    public static Optional<byte[]> readBytes(Path path) throws IOException {
        return read(path).map(in -> java.util.Arrays.copyOfRange(in.bytes, in.at, in.end));
    }

    static void write(Path path, Output content) throws IOException {
        content.fixed32(Frames.crc(content.bytes, 0, content.size));
        Path draft = path.resolveSibling(path.getFileName() + ".tmp");
        try (var file = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(content.bytes, 0, content.size);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder(path.resolveSibling(""));
    }

    /** The content; empty if there is none or it is damaged. */
    static Optional<Input> read(Path path) throws IOException {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(path);
        int end = bytes.length - 4;
        if (end < 0 || Frames.crc(bytes, 0, end) != Input.fixed32(bytes, end)) {
            return Optional.empty();
        }
        return Optional.of(new Input(bytes, 0, end));
    }

    static void syncFolder(Path folder) throws IOException {
        try (var handle = FileChannel.open(folder.toAbsolutePath(), StandardOpenOption.READ)) {
            handle.force(true);
        }
    }
}
