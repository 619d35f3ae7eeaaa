package dev.skerry.blueprints.plant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.model.App;
import dev.skerry.model.Device;
import dev.skerry.model.Rule;
import dev.skerry.model.Site;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The programs of the demo and what can be asked of them. */
final class Plant implements AutoCloseable {

    static final List<String> SITES = List.of("site-a", "site-b");
    private static final Duration START = Duration.ofSeconds(60);

    private final Path folder;
    private final int hubPort = freePort();
    private final int hubDataPort = freePort();
    private final Map<String, Child> running = new LinkedHashMap<>();
    private final Map<String, Child> machines = new LinkedHashMap<>();
    private final Map<String, String> machineAddresses = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> ready = new LinkedHashMap<>();
    private final Map<String, KubernetesClient> clients = new LinkedHashMap<>();

    Plant(Path folder) throws IOException {
        this.folder = folder;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    // ---- starting and killing ----

    void startCentre() throws IOException, InterruptedException {
        write("centre", """
                name: centre
                api: {port: 0}
                console: {port: 0}
                hub: {port: %d, dataPort: %d}
                runtime: {enabled: false}
                """.formatted(hubPort, hubDataPort));
        start("centre");
    }

    /** Starts a site, and its machines first if they do not run yet. Answers the seconds until it was ready. */
    double startSite(String site, boolean enrol) throws IOException, InterruptedException {
        if (!machines.containsKey(site)) {
            var child = Child.start("machines-" + site,
                    Launcher.java("dev.skerry.devices.simulator.Main", "--plant", blueprint().resolve("data").toString(), "--port", "0"),
                    folder.resolve(site + "-machines.log"));
            machines.put(site, child);
            machineAddresses.put(site, child.awaitReady(START).keySet().stream().filter(w -> w.startsWith("modbus-tcp://")).findFirst().orElseThrow());
        }
        if (enrol) {
            write(site, """
                    name: %s
                    api: {port: 0}
                    console: {port: 0}
                    parent: {address: "127.0.0.1:%d", token: %s}
                    """.formatted(site, hubPort, token(site)));
        }
        return start(site);
    }

    private void write(String name, String config) throws IOException {
        Files.createDirectories(folder.resolve(name));
        Files.writeString(folder.resolve(name + ".yaml"), config);
    }

    private double start(String name) throws IOException, InterruptedException {
        var begun = System.nanoTime();
        var child = Child.start(name, Launcher.command("up", "--config", folder.resolve(name + ".yaml").toString(), "--data", folder.resolve(name).toString()),
                folder.resolve(name + ".log"));
        running.put(name, child);
        ready.put(name, child.awaitReady(START));
        Optional.ofNullable(clients.remove(name)).ifPresent(KubernetesClient::close);
        var config = Config.fromKubeconfig(Files.readString(kubeconfig(name)));
        config.setRequestTimeout(10_000);
        clients.put(name, new KubernetesClientBuilder().withConfig(config).build());
        return Math.round((System.nanoTime() - begun) / 1e8) / 10.0;
    }

    private String token(String site) throws IOException, InterruptedException {
        return Launcher.run(folder.resolve("token.log"), "token", "create", "--data", folder.resolve("centre").toString(),
                "--site", site, "--label", "class=plant", "--label", "site=" + site);
    }

    /** Brings the App's image to a site: there is no registry here. Answers whether the site can run Pods. */
    boolean loadImage(String site) throws IOException, InterruptedException {
        if (!await(START, () -> client(site).nodes().list().getItems().stream()
                .flatMap(n -> n.getStatus().getConditions().stream())
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True")))) {
            return false;
        }
        var archive = folder.resolve("busybox.tar");
        if (Files.notExists(archive)) {
            Launcher.run(folder.resolve("image.log"), "image", "busybox", archive.toString());
        }
        Launcher.run(folder.resolve("image.log"), "image", "import", archive.toString(), "--data", folder.resolve(site).toString());
        return true;
    }

    /** Why a site runs no Pods, in its node's words. */
    String nodeMessage(String site) {
        return client(site).nodes().list().getItems().stream()
                .flatMap(n -> n.getStatus().getConditions().stream())
                .filter(c -> c.getType().equals("Ready"))
                .map(c -> c.getMessage())
                .findFirst().orElse("no node");
    }

    void killCentre() throws InterruptedException {
        kill("centre");
    }

    void killSite(String site) throws InterruptedException {
        kill(site);
    }

    private void kill(String name) throws InterruptedException {
        var child = running.remove(name);
        if (child != null) {
            child.kill();
        }
    }

    /** Lets time pass, visibly. */
    void pause(Duration howLong) throws InterruptedException {
        Progress.say("letting " + howLong.toSeconds() + "s pass");
        TimeUnit.NANOSECONDS.sleep(howLong.toNanos());
    }

    // ---- the App ----

    static Path blueprint() {
        return Launcher.root().resolve("blueprints").resolve("plant");
    }

    /** The blueprint's App, with one override a site for each device's endpoint. */
    void applyApp() throws IOException {
        var app = Serialization.unmarshal(Files.readString(blueprint().resolve("app.yaml")), GenericKubernetesResource.class);
        var overrides = new ArrayList<Map<String, Object>>();
        machineAddresses.forEach((site, address) -> {
            int unit = 0;
            for (var device : List.of("chiller-1", "chiller-2", "machine-1")) {
                unit++;
                overrides.add(Map.of(
                        "siteSelector", Map.of("matchLabels", Map.of("site", site)),
                        "target", Map.of("kind", "Device", "name", device),
                        "patch", List.of(Map.of("op", "replace", "path", "/spec/endpoint", "value", address + "?unit=" + unit))));
            }
        });
        if (app.getAdditionalProperties().get("spec") instanceof Map<?, ?> spec) {
            var changed = new LinkedHashMap<String, Object>();
            spec.forEach((key, value) -> changed.put(String.valueOf(key), value));
            changed.put("overrides", overrides);
            app.setAdditionalProperty("spec", changed);
        }
        client("centre").resource(app).inNamespace("default").serverSideApply();
    }

    // ---- waiting ----

    void awaitSites(Duration most) throws InterruptedException, IOException {
        if (!await(most, () -> client("centre").resources(Site.class).list().getItems().stream()
                        .filter(s -> s.getStatus() != null && s.getStatus().link() != null && "Connected".equals(s.getStatus().link().state()))
                        .count() == SITES.size())) {
            throw new IOException("the sites did not connect in " + most.toSeconds() + "s");
        }
    }

    boolean awaitApp(Duration most) throws InterruptedException {
        return await(most, () -> {
            var app = client("centre").resources(App.class).inNamespace("default").withName("plant").get();
            return app != null && app.getStatus() != null && "Ready".equals(app.getStatus().state())
                    && app.getStatus().sites() != null && app.getStatus().sites().ok() == SITES.size();
        });
    }

    String appMessage() {
        var app = client("centre").resources(App.class).inNamespace("default").withName("plant").get();
        if (app == null || app.getStatus() == null) {
            return "no status";
        }
        var where = app.getStatus().where().stream().map(w -> w.site() + " " + w.state() + (w.message() == null ? "" : " " + w.message())).toList();
        return app.getStatus().state() + " " + where;
    }

    boolean awaitDevices(Duration most) throws InterruptedException {
        return await(most, () -> SITES.stream().allMatch(this::devicesAndRules));
    }

    private boolean devicesAndRules(String site) {
        var devices = client(site).resources(Device.class).inNamespace("default").list().getItems();
        var rules = client(site).resources(Rule.class).inNamespace("default").list().getItems();
        return devices.size() == 3
                && rules.size() == 2
                && devices.stream().allMatch(d -> d.getStatus() != null && "Online".equals(d.getStatus().state()))
                && rules.stream().allMatch(r -> r.getStatus() != null && "Running".equals(r.getStatus().state()));
    }

    String deviceStates() {
        var states = new TreeMap<String, String>();
        for (var site : SITES) {
            for (var device : client(site).resources(Device.class).inNamespace("default").list().getItems()) {
                states.put(site + "/" + device.getMetadata().getName(), device.getStatus() == null ? "?" : String.valueOf(device.getStatus().state()));
            }
        }
        return states.toString();
    }

    /** Seconds until a site runs its Pod, devices and rules, asked at the site itself. */
    double awaitSiteAlone(String site, Duration most) throws InterruptedException, IOException {
        var begun = System.nanoTime();
        if (!await(most, () -> devicesAndRules(site) && pods(site).stream().allMatch(p -> "Running".equals(p.getStatus().getPhase())) && !pods(site).isEmpty())) {
            throw new IOException(site + " did not run its app, devices and rules alone in " + most.toSeconds() + "s");
        }
        return Math.round((System.nanoTime() - begun) / 1e8) / 10.0;
    }

    // ---- what the machines were told ----

    boolean awaitSetPoint(Duration most) throws InterruptedException {
        return await(most, () -> SITES.stream().allMatch(s -> newest(s, "chiller-1", "setPoint").filter(v -> Math.abs(v - 44) < 0.2).isPresent()));
    }

    String setPoints() {
        var seen = new TreeMap<String, Double>();
        SITES.forEach(s -> newest(s, "chiller-1", "setPoint").ifPresent(v -> seen.put(s, v)));
        return seen.toString();
    }

    private Optional<Double> newest(String site, String device, String property) {
        try {
            return readings(site).newest(device, property).map(JsonNode::asDouble);
        } catch (IOException | GeneralSecurityException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    boolean awaitMachineStopped(String site, Duration most) throws InterruptedException {
        return await(most, () -> alertsAbout(site, "stop-machine") > 0);
    }

    boolean awaitAlertAtCentre(Duration most) throws InterruptedException {
        return await(most, () -> alertsAbout("centre", "stop-machine") > 0);
    }

    long alertCount(String place) {
        return alertsAbout(place, "");
    }

    private long alertsAbout(String place, String subject) {
        try {
            long count = 0;
            for (var alert : readings(place).alerts()) {
                if (alert.path("kind").asText().equals("alert") && alert.path("subject").asText().contains(subject)) {
                    count++;
                }
            }
            return count;
        } catch (IOException | GeneralSecurityException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    // ---- counting ----

    long stored(String site) throws IOException, GeneralSecurityException, InterruptedException {
        return readings(site).sequences("").values().stream().mapToLong(s -> s.length).sum();
    }

    /** Notes how far the sites have come, waits until the centre has all of that or time is over, and counts. */
    Totals settle(Duration most) throws Exception {
        var noted = new TreeMap<String, Map<String, long[]>>();
        for (var site : SITES) {
            noted.put(site, readings(site).sequences(""));
        }
        var totals = new Totals[] {totals(noted)};
        await(most, () -> {
            totals[0] = totals(noted);
            return totals[0].lost() == 0;
        });
        return totals[0];
    }

    private Totals totals(Map<String, Map<String, long[]>> noted) throws IOException, GeneralSecurityException, InterruptedException {
        var sum = new Totals(0, 0, 0, 0, 0);
        for (var site : SITES) {
            sum = sum.plus(Totals.of(noted.getOrDefault(site, Map.of()), readings("centre").sequences(site)));
        }
        return sum;
    }

    int restarts() {
        return SITES.stream().flatMap(s -> pods(s).stream()).flatMap(p -> p.getStatus().getContainerStatuses().stream())
                .mapToInt(c -> c.getRestartCount()).sum();
    }

    Set<String> podIds() {
        var ids = new TreeSet<String>();
        SITES.forEach(s -> pods(s).forEach(p -> ids.add(s + "/" + p.getMetadata().getUid())));
        return ids;
    }

    private List<Pod> pods(String site) {
        return client(site).pods().inNamespace("default").list().getItems();
    }

    Map<String, Long> residentMb() throws IOException {
        var sizes = new TreeMap<String, Long>();
        for (var entry : running.entrySet()) {
            try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(entry.getValue().pid()), "status"))) {
                lines.filter(l -> l.startsWith("VmRSS:")).findFirst()
                        .ifPresent(l -> sizes.put(entry.getKey(), Long.parseLong(l.replaceAll("[^0-9]", "")) / 1024));
            }
        }
        return sizes;
    }

    // ---- addresses ----

    private KubernetesClient client(String name) {
        var client = clients.get(name);
        if (client == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return client;
    }

    private Readings readings(String name) throws IOException, GeneralSecurityException {
        return new Readings(ready.getOrDefault(name, Map.of()).getOrDefault("console", ""), folder.resolve(name));
    }

    Path kubeconfig(String name) {
        return folder.resolve(name).resolve("kubeconfig");
    }

    String consoleAddress() {
        return ready.getOrDefault("centre", Map.of()).getOrDefault("console", "");
    }

    String consolePassword() {
        try {
            return Files.readString(folder.resolve("centre/console-password")).strip();
        } catch (IOException e) {
            return "(in " + folder.resolve("centre/console-password") + ")";
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static boolean await(Duration most, Condition condition) throws InterruptedException {
        var end = System.nanoTime() + most.toNanos();
        while (true) {
            try {
                if (condition.holds()) {
                    return true;
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (KubernetesClientException | IOException e) {
                // Not there yet: asked again until the time is over.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
    }

    @Override
    public void close() {
        clients.values().forEach(KubernetesClient::close);
        new HashSet<>(running.values()).forEach(Child::close);
        machines.values().forEach(Child::close);
        for (var site : SITES) {
            if (Files.isDirectory(folder.resolve(site))) {
                try {
                    Launcher.run(folder.resolve("down.log"), "down", "--data", folder.resolve(site).toString());
                } catch (IOException e) {
                    Progress.say(site + ": " + e.getMessage());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
