package dev.skerry.kube.node;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * Images made of this machine's static busybox, as docker archives: the sandbox's own process, which no registry need bring to a
 * site, and a small system with a shell for demos and tests.
 */
public final class BusyboxImage {

    /** What every Pod's sandbox runs. */
    static final String PAUSE = "skerry.dev/pause:2";

    private static final int BLOCK = 512;
    private static final Duration LISTING = Duration.ofSeconds(10);

    private BusyboxImage() {}

    /** Writes an image with {@code /bin/busybox}, a link for each of its applets, users, and a page in {@code /www}. */
    public static void write(Path archive, String name) throws IOException, InterruptedException {
        var busybox = busybox();
        var layer = new ByteArrayOutputStream();
        for (var folder : List.of("bin/", "dev/", "etc/", "home/", "home/app/", "proc/", "root/", "sys/", "www/")) {
            entry(layer, folder, new byte[0], "", '5', 0755);
        }
        entry(layer, "tmp/", new byte[0], "", '5', 01777);
        entry(layer, "bin/busybox", Files.readAllBytes(busybox), "", '0', 0755);
        for (var applet : Programs.run(LISTING, List.of(busybox.toString(), "--list")).lines().sorted().toList()) {
            if (!applet.equals("busybox")) {
                entry(layer, "bin/" + applet, new byte[0], "busybox", '2', 0777);
            }
        }
        entry(layer, "etc/passwd", text("root:x:0:0:root:/root:/bin/sh\ndaemon:x:2:2:daemon:/:/bin/false\napp:x:1000:1000:app:/home/app:/bin/sh\n"), "", '0', 0644);
        entry(layer, "etc/group", text("root:x:0:\ndaemon:x:2:\napp:x:1000:\nextra:x:1500:app\n"), "", '0', 0644);
        entry(layer, "www/index.html", text("hello\n"), "", '0', 0644);
        archive(archive, name, layer.toByteArray(), "\"Cmd\":[\"sh\"]");
    }

    static void writePause(Path archive) throws IOException {
        var layer = new ByteArrayOutputStream();
        entry(layer, "pause", PauseProgram.bytes(System.getProperty("os.arch")), "", '0', 0755);
        archive(archive, PAUSE, layer.toByteArray(), "\"Entrypoint\":[\"/pause\"]");
    }

    private static Path busybox() throws IOException {
        return Programs.find("busybox").orElseThrow(() -> new IOException("busybox: not found (expected: a static one; 'skerry setup' installs it)"));
    }

    private static void archive(Path file, String name, byte[] layer, String run) throws IOException {
        var endedLayer = new ByteArrayOutputStream();
        endedLayer.write(layer);
        endedLayer.write(new byte[2 * BLOCK]);
        var tar = endedLayer.toByteArray();
        var architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        var config = text("{\"architecture\":\"" + architecture + "\",\"os\":\"linux\",\"created\":\"1970-01-01T00:00:00Z\",\"config\":{\"Env\":[\"PATH=/bin:/sbin:/usr/bin:/usr/sbin\"],"
                + run + "},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + sha256(tar) + "\"]},\"history\":[{\"created\":\"1970-01-01T00:00:00Z\"}]}");
        var configName = sha256(config) + ".json";
        var manifest = text("[{\"Config\":\"" + configName + "\",\"RepoTags\":[\"" + name + "\"],\"Layers\":[\"layer.tar\"]}]");
        try (var out = Files.newOutputStream(file)) {
            entry(out, configName, config, "", '0', 0644);
            entry(out, "layer.tar", tar, "", '0', 0644);
            entry(out, "manifest.json", manifest, "", '0', 0644);
            out.write(new byte[2 * BLOCK]);
        }
    }

    /** One member of a tar archive (POSIX.1-1988, ustar): a block of fields in octal, then the content in whole blocks. */
    private static void entry(OutputStream out, String name, byte[] content, String link, char type, int mode) throws IOException {
        var header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, String.format("%07o", mode));
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format("%011o", content.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 157, link);
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xFF;
        }
        put(header, 148, String.format("%06o", sum));
        header[154] = 0;
        out.write(header);
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] header, int at, String value) {
        var bytes = text(value);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

}
