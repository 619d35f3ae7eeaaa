package dev.skerry.program;

import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.console.ConsoleServer;
import dev.skerry.console.ConsoleServer.ConsoleConfig;
import dev.skerry.data.DurableLog;
import dev.skerry.data.EventLog;
import dev.skerry.data.FileEventLog;
import dev.skerry.data.IngestStore;
import dev.skerry.data.LocalBus;
import dev.skerry.data.LogSettings;
import dev.skerry.devices.engine.DevicesModule;
import dev.skerry.devices.modbus.ModbusDriver;
import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.Network;
import dev.skerry.fabric.hub.Hub;
import dev.skerry.fabric.hub.HubConfig;
import dev.skerry.fabric.hub.UploadServer;
import dev.skerry.fabric.hub.UploadServerConfig;
import dev.skerry.fabric.spoke.Spoke;
import dev.skerry.fabric.spoke.SpokeConfig;
import dev.skerry.fabric.spoke.Uploader;
import dev.skerry.fabric.spoke.UploaderConfig;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.streams.EngineParts;
import dev.skerry.streams.StreamsModule;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What Skerry adds to a Kubernetes: data, devices, rules, fabric, console. Clients of its API, whichever that is. */
final class Capabilities {

    private static final System.Logger LOG = System.getLogger(Capabilities.class.getName());

    /** The domain of all identities of a tree. */
    private static final String TRUST_DOMAIN = "skerry";

    private final Config config;
    private final Parts parts;
    private final CertificateAuthority authority;
    private final KubernetesClient client;
    private final InstantSource clock;
    private final List<Reconciler<?>> reconcilers = new ArrayList<>();

    private Capabilities(Config config, Parts parts, PlainKubernetes kubernetes, InstantSource clock) {
        this.config = config;
        this.parts = parts;
        this.authority = kubernetes.authority();
        this.client = kubernetes.client();
        this.clock = clock;
    }

    static void start(Config config, Parts parts, PlainKubernetes kubernetes, InstantSource clock) throws IOException {
        Crds.apply(kubernetes.client());
        new Capabilities(config, parts, kubernetes, clock).wire();
    }

    private void wire() throws IOException {
        var events = parts.keep("event log", FileEventLog.open(config.data().resolve("events")));
        var bus = parts.keep("bus", new LocalBus());
        var log = parts.keep("durable log", DurableLog.open(
                config.data().resolve("log"), LogSettings.defaults().withRetention(config.history().maxBytes(), config.history().maxAge()), clock));
        parts.keep("durable log's ear", log.attach(bus));
        Optional<IngestStore> ingest = config.hub().isEmpty()
                ? Optional.empty()
                : Optional.of(parts.keep("readings of the sites", IngestStore.open(config.data().resolve("readings"))));
        if (has(Config.Module.DEVICES)) {
            var drivers = new ArrayList<DeviceDriver>();
            for (var modbus : ModbusDriver.all(Network.ANY)) {
                drivers.add(parts.keep(modbus.scheme(), modbus));
            }
            var devices = parts.keep("devices", new DevicesModule(client, bus, drivers, events, clock));
            reconcilers.addAll(devices.reconcilers());
            if (has(Config.Module.STREAMS)) {
                var streams = parts.keep("streams", StreamsModule.of(client, EngineParts.of(bus, devices.commands(), events, clock)
                        .remembering(config.data().resolve("rules"), log)));
                reconcilers.addAll(streams.reconcilers());
            }
        }
        if (has(Config.Module.FABRIC)) {
            if (config.hub().isPresent() && ingest.isPresent()) {
                startHub(config.hub().get(), ingest.get(), events);
            }
            if (config.parent().isPresent()) {
                startSpoke(config.parent().get(), log, events);
            }
        }
        if (!reconcilers.isEmpty()) {
            parts.keep("reconcilers", Reconcilers.start(client, reconcilers));
        }
        if (has(Config.Module.CONSOLE)) {
            startConsole(new WholeHistory(log, ingest), events);
        }
    }

    private boolean has(Config.Module module) {
        return config.modules().contains(module);
    }

    private void startHub(Config.Hub settings, IngestStore ingest, FileEventLog events) throws IOException {
        var names = List.copyOf(settings.names());
        var upload = parts.keep("data channel", Parts.listen("hub.dataPort", settings.dataPort(), () -> UploadServer.start(
                new UploadServerConfig(authority, settings.address(), settings.dataPort(), names, ingest, clock))));
        var hub = parts.keep("hub", Parts.listen("hub.port", settings.port(), () -> Hub.start(new HubConfig(
                client, config.data().resolve("hub"), authority, settings.address(), settings.port(), names, TRUST_DOMAIN, Version.TEXT, clock, events))));
        hub.dataPort(upload.port());
        reconcilers.addAll(hub.reconcilers());
        parts.address("hub", Parts.host(settings.address()) + ":" + hub.port());
        parts.address("data", Parts.host(settings.address()) + ":" + upload.port());
    }

    private void startSpoke(Config.Parent parent, DurableLog log, FileEventLog events) throws IOException {
        var uploader = parts.keep("uploader", Uploader.start(UploaderConfig.of(log, parent.liveShare(), clock).withNotices(notice -> tell(events, notice))));
        var spoke = parts.keep("spoke", Spoke.start(new SpokeConfig(
                config.name(), parent.host(), parent.port(), parent.token().orElse(null), config.data().resolve("spoke"), client, Version.TEXT, events, clock)));
        spoke.onDataChannel(uploader::channel);
    }

    /** What people must hear of the way up: readings that were lost or refused. */
    private void tell(FileEventLog events, String notice) {
        try {
            events.append(new EventLog.Event(0, clock.instant(), "readings", "warning", "", "Site/" + config.name(), notice, Map.of()));
        } catch (IOException e) {
            LOG.log(WARNING, "not in the event log: {0} ({1})", notice, e.getMessage());
        }
    }

    private void startConsole(WholeHistory history, FileEventLog events) throws IOException {
        var password = Passwords.loadOrCreate(config.data().resolve("console-password"));
        var address = config.console().address();
        var console = parts.keep("console", Parts.listen("console.port", config.console().port(), () -> ConsoleServer.start(
                new ConsoleConfig(config.name(), address, config.console().port(), Parts.serverTls(authority, address, List.of("localhost", config.name())), password),
                client, history, events, clock)));
        parts.address("console", "https://" + Parts.host(address) + ":" + console.port());
    }
}
