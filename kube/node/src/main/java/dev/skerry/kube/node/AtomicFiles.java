package dev.skerry.kube.node;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files of a volume that change all at once: each state lies in a folder of its own, {@code ..data} points at the present one, and
 * the names that a container sees point through it. Containers and their libraries rely on this layout to see changes.
 */
final class AtomicFiles {

    private static final String DATA = "..data";
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("'..'yyyy_MM_dd_HH_mm_ss.nnnnnnnnn").withZone(ZoneOffset.UTC);
    private static final int FOLDER_MODE = 0755;

    private AtomicFiles() {}

    /** @param owner the user that the file belongs to; root if there is none */
    record File(byte[] content, int mode, @Nullable Long owner) {
        File(byte[] content, int mode) {
            this(content, mode, null);
        }
    }

    /**
     * Brings the folder to these files, by their paths in it; writes nothing if they are there.
     *
     * @param group what the files shall belong to, and be read by
     */
    static void write(Path folder, Map<String, File> files, Optional<Long> group, Instant now) throws IOException {
        var data = folder.resolve(DATA);
        var before = Files.isSymbolicLink(data) ? Optional.of(folder.resolve(Files.readSymbolicLink(data))) : Optional.<Path>empty();
        if (before.isPresent() && same(before.get(), files)) {
            return;
        }
        var fresh = folder.resolve(NAME.format(now));
        Files.createDirectory(fresh);
        Ownership.mode(fresh, FOLDER_MODE);
        for (var file : files.entrySet()) {
            var target = fresh.resolve(file.getKey()).normalize();
            if (!target.startsWith(fresh) || target.equals(fresh)) {
                throw new IOException("path: " + file.getKey() + " (expected: inside of the volume)");
            }
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue().content());
            Ownership.mode(target, file.getValue().mode());
            if (file.getValue().owner() != null) {
                Ownership.owner(target, file.getValue().owner());
            }
        }
        if (group.isPresent()) {
            Ownership.give(fresh, group.get(), true);
            Ownership.giveOne(folder, group.get(), true);
        }
        var link = folder.resolve("..data_tmp");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, fresh.getFileName());
        Files.move(link, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        var names = new HashSet<String>();
        for (var path : files.keySet()) {
            names.add(Path.of(path).normalize().getName(0).toString());
        }
        show(folder, names);
        if (before.isPresent()) {
            Volumes.delete(before.get());
        }
    }

    private static void show(Path folder, Set<String> names) throws IOException {
        for (var name : names) {
            try {
                Files.createSymbolicLink(folder.resolve(name), Path.of(DATA, name));
            } catch (FileAlreadyExistsException e) {
                // From a state before: it points through the same place.
                continue;
            }
        }
        try (var all = Files.list(folder)) {
            for (var path : all.toList()) {
                var name = path.getFileName().toString();
                if (!name.startsWith("..") && !names.contains(name) && Files.isSymbolicLink(path)) {
                    Files.delete(path);
                }
            }
        }
    }

    private static boolean same(Path folder, Map<String, File> files) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var all = Files.walk(folder)) {
            if (all.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).count() != files.size()) {
                return false;
            }
        }
        for (var file : files.entrySet()) {
            var path = folder.resolve(file.getKey());
            if (!Files.isRegularFile(path) || !Arrays.equals(Files.readAllBytes(path), file.getValue().content())) {
                return false;
            }
        }
        return true;
    }
}
