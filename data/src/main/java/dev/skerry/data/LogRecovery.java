package dev.skerry.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds again what is sound after a crash. A torn end of the newest file was never durable and is cut off. A file that is
 * damaged before its end is kept aside as {@code .damaged}, and what is still sound in it takes its place.
 */
final class LogRecovery {

    private final Path folder;
    private final LogState state;
    private final Consumer<String> notices;

    LogRecovery(Path folder, LogState state, Consumer<String> notices) {
        this.folder = folder;
        this.state = state;
        this.notices = notices;
    }

    void run() throws IOException {
        List<Path> files = new ArrayList<>();
        try (var listed = Files.newDirectoryStream(folder, "*.log")) {
            listed.forEach(files::add);
        }
        files.sort(null);
        for (int i = 0; i < files.size(); i++) {
            recover(files.get(i), i == files.size() - 1);
        }
    }

    private void recover(Path file, boolean newest) throws IOException {
        long first;
        try {
            String name = file.getFileName().toString();
            first = Long.parseLong(name.substring(0, name.length() - ".log".length()));
        } catch (NumberFormatException e) {
            return;
        }
        byte[] bytes = Files.readAllBytes(file);
        var segment = new Segment(folder, first);
        int sound = soundLength(bytes);
        if (sound < bytes.length) {
            if (newest && Frames.next(bytes, sound, bytes.length) < 0) {
                truncate(file, sound);
                notices.accept("log " + file.getFileName() + ": cut off a torn end of " + (bytes.length - sound) + " bytes");
            } else {
                bytes = salvage(file, bytes, segment);
                sound = bytes.length;
            }
        }
        if (sound == 0) {
            Files.deleteIfExists(file);
            return;
        }
        segment = new Segment(folder, first);
        try {
            state.index(segment, bytes, sound, 0);
            state.segments.put(first, segment);
        } catch (DamagedException e) {
            Files.move(file, aside(file), StandardCopyOption.REPLACE_EXISTING);
            notices.accept("log " + file.getFileName() + ": unreadable, set aside (" + e.getMessage() + ")");
        }
    }

    private static int soundLength(byte[] bytes) {
        int at = 0;
        for (int frame = Frames.lengthAt(bytes, at, bytes.length); frame > 0; frame = Frames.lengthAt(bytes, at, bytes.length)) {
            at += frame;
        }
        return at;
    }

    private static void truncate(Path file, long length) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    /** Frames that are sound and can be understood without the damaged ones. */
    private byte[] salvage(Path file, byte[] bytes, Segment probe) throws IOException {
        var kept = new Output(bytes.length);
        var scratch = new LogState();
        long records = 0;
        for (int at = Frames.next(bytes, 0, bytes.length); at >= 0; at = Frames.next(bytes, at, bytes.length)) {
            int frame = Frames.lengthAt(bytes, at, bytes.length);
            try {
                probe.index(Frames.body(bytes, at, frame), kept.size, frame, scratch::newest);
                kept.raw(bytes, at, frame);
                records += bytes[at + Frames.HEAD] == Frames.RECORD ? 1 : 0;
            } catch (DamagedException e) {
                // It speaks of a series whose definition is among what was lost.
            }
            at += frame;
        }
        Files.copy(file, aside(file), StandardCopyOption.REPLACE_EXISTING);
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        try (var channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(kept.bytes, 0, kept.size);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        AtomicFile.syncFolder(folder);
        notices.accept("log " + file.getFileName() + ": damaged, set aside; " + records + " records of positions "
                + probe.first + " to " + probe.next + " could be kept");
        return kept.toBytes();
    }

    private static Path aside(Path file) {
        return file.resolveSibling(file.getFileName() + ".damaged");
    }
}
