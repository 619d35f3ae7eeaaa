package dev.skerry.kube.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/** Checks what a hostPath asks of its path, and makes what the {@code …OrCreate} types ask for. */
final class HostPaths {

    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final int CHARACTERS = 0020000;
    private static final int BLOCKS = 0060000;

    private HostPaths() {}

    static Path check(String volume, Path path, String type) throws NotStartedException, IOException {
        switch (type) {
            case "" -> {
                return path;
            }
            case "DirectoryOrCreate" -> {
                Files.createDirectories(path);
                must(volume, Files.isDirectory(path), path, "directory");
            }
            case "FileOrCreate" -> {
                if (Files.notExists(path)) {
                    Files.createFile(path);
                }
                must(volume, Files.isRegularFile(path), path, "file");
            }
            case "Directory" -> must(volume, Files.isDirectory(path), path, "directory");
            case "File" -> must(volume, Files.isRegularFile(path), path, "file");
            case "Socket" -> must(volume, is(path, SOCKET), path, "socket file");
            case "CharDevice" -> must(volume, is(path, CHARACTERS), path, "character device");
            case "BlockDevice" -> must(volume, is(path, BLOCKS), path, "block device");
            default -> throw Volumes.failed(volume, "hostPath type check failed: " + type + " is an invalid volume type");
        }
        return path;
    }

    private static boolean is(Path path, int type) throws IOException {
        return Files.exists(path)
                && Files.readAttributes(path, PosixFileAttributes.class).isOther()
                && ((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == type;
    }

    private static void must(String volume, boolean holds, Path path, String what) throws NotStartedException {
        if (!holds) {
            throw Volumes.failed(volume, "hostPath type check failed: " + path + " is not a " + what);
        }
    }
}
