package dev.skerry.kube.recorded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The images that the recordings use, made from the machine's static busybox: docker archives with one layer. */
final class PodImages {

    private static final int BLOCK = 512;
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private PodImages() {}

    /** Writes all of them into a folder. */
    static List<Path> write(Path folder, Path busybox) throws IOException, InterruptedException {
        var layer = layer(busybox, false);
        var second = layer(busybox, true);
        var images = new LinkedHashMap<String, Map.Entry<byte[], ObjectNode>>();
        images.put("local/busybox:1", Map.entry(layer, config("Cmd", "sh")));
        images.put("local/busybox:2", Map.entry(second, config("Cmd", "sh")));
        var entry = config("Cmd", "cmd1", "cmd2");
        entry.putArray("Entrypoint").add("/bin/echo").add("entry");
        entry.withArray("Env").add("FROM_IMAGE=yes");
        entry.put("WorkingDir", "/home/app");
        images.put("local/entry:1", Map.entry(layer, entry));
        images.put("local/uid:1", Map.entry(layer, config("Cmd", "sh").put("User", "1000")));
        images.put("local/user:1", Map.entry(layer, config("Cmd", "sh").put("User", "app")));
        var files = new ArrayList<Path>();
        for (var image : images.entrySet()) {
            var file = folder.resolve(image.getKey().replaceAll("[/:]", "_") + ".tar");
            archive(file, image.getKey(), image.getValue().getKey(), image.getValue().getValue());
            files.add(file);
        }
        return files;
    }

    private static ObjectNode config(String field, String... words) {
        var config = JsonNodeFactory.instance.objectNode();
        var list = config.putArray(field);
        List.of(words).forEach(list::add);
        config.putArray("Env").add(PATH);
        return config;
    }

    private static void archive(Path file, String name, byte[] layer, ObjectNode config) throws IOException {
        var whole = JsonNodeFactory.instance.objectNode();
        whole.put("architecture", System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64").put("os", "linux").put("created", "2026-01-01T00:00:00Z").set("config", config);
        whole.putObject("rootfs").put("type", "layers").putArray("diff_ids").add("sha256:" + hash(layer));
        var text = Api.JSON.writeValueAsBytes(whole);
        var manifest = JsonNodeFactory.instance.arrayNode();
        var one = manifest.addObject();
        one.put("Config", hash(text) + ".json");
        one.putArray("RepoTags").add(name);
        one.putArray("Layers").add("layer/layer.tar");
        try (var out = Files.newOutputStream(file)) {
            entry(out, hash(text) + ".json", '0', 0644, "", text);
            entry(out, "layer/layer.tar", '0', 0644, "", layer);
            entry(out, "manifest.json", '0', 0644, "", Api.JSON.writeValueAsBytes(manifest));
            out.write(new byte[2 * BLOCK]);
        }
    }

    private static byte[] layer(Path busybox, boolean second) throws IOException, InterruptedException {
        var out = new ByteArrayOutputStream();
        for (var folder : List.of("bin/0755", "etc/0755", "tmp/1777", "root/0700", "home/0755", "home/app/0755", "var/0755", "www/0755", "proc/0555", "sys/0555", "dev/0755")) {
            var slash = folder.lastIndexOf('/');
            entry(out, folder.substring(0, slash), '5', Integer.parseInt(folder.substring(slash + 1), 8), "", new byte[0]);
        }
        text(out, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\ndaemon:x:2:2:daemon:/:/bin/false\napp:x:1000:1000:app:/home/app:/bin/sh\n");
        text(out, "etc/group", "root:x:0:\ndaemon:x:2:\napp:x:1000:\nextra:x:1500:app\n");
        text(out, "www/index.html", "hello\n");
        entry(out, "bin/busybox", '0', 0755, "", Files.readAllBytes(busybox));
        var process = new ProcessBuilder(busybox.toString(), "--list").start();
        var applets = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        process.waitFor();
        for (var applet : applets) {
            if (!applet.equals("busybox")) {
                entry(out, "bin/" + applet, '2', 0777, "busybox", new byte[0]);
            }
        }
        if (second) {
            text(out, "etc/version", "2\n");
        }
        out.write(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    private static void text(OutputStream out, String name, String text) throws IOException {
        entry(out, name, '0', 0644, "", text.getBytes(StandardCharsets.UTF_8));
    }

    /** One entry in the ustar format. */
    private static void entry(OutputStream out, String name, char type, int mode, String link, byte[] content) throws IOException {
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
        for (var b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format("%06o", sum));
        header[154] = 0;
        out.write(header);
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] header, int at, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
