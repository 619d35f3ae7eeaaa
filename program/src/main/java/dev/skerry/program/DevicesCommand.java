package dev.skerry.program;

import dev.skerry.devices.engine.DeviceSheet;
import dev.skerry.devices.modbus.ModbusDriver;
import dev.skerry.devices.spi.Network;
import dev.skerry.model.Device;
import dev.skerry.model.DeviceModel;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Devices of a running skerry, many at once. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        description = "Devices, many at once.",
        subcommands = DevicesCommand.Import.class)
final class DevicesCommand extends CommandGroup {

    /** All of a sheet or nothing. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = "Make devices of a sheet, one a row: columns name, endpoint, pollEvery, timeout, label:KEY, PROPERTY.address and so on. All or none.")
    static final class Import implements Callable<Integer> {

        private static final int WRONG = 1;
        private static final PatchContext APPLY = context(false);
        private static final PatchContext TRY = context(true);

        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private CommandLine.Model.CommandSpec spec;

        @Parameters(paramLabel = "SHEET", description = "A .csv or .xlsx file.")
        private Path sheet = Path.of("");

        @Option(names = "--model", required = true, paramLabel = "NAME", description = "The DeviceModel of all of them.")
        private String model = "";

        @Option(names = "--namespace", paramLabel = "NAME", defaultValue = "default", description = "Where they go (default: ${DEFAULT-VALUE}).")
        private String namespace = "default";

        @Option(names = "--data", paramLabel = "DIR", defaultValue = "./data", description = "The data folder of the skerry (default: ${DEFAULT-VALUE}).")
        private Path data = Path.of("data");

        @Option(names = "--dry-run", description = "Check everything, change nothing.")
        private boolean dryRun;

        @Override
        public Integer call() throws Exception {
            var kubeconfig = data.resolve("kubeconfig");
            if (!Files.exists(kubeconfig)) {
                throw new ParameterException(spec.commandLine(), "--data: " + data + " holds no skerry (expected: the data folder of one that is up)");
            }
            try (var client = Kubeconfig.read(kubeconfig)) {
                var found = client.resources(DeviceModel.class).inNamespace(namespace).withName(model).get();
                if (found == null) {
                    throw new ParameterException(spec.commandLine(), "--model: " + model + " (expected: a DeviceModel in namespace " + namespace + ")");
                }
                var drivers = ModbusDriver.all(Network.ANY);
                try {
                    return switch (DeviceSheet.read(sheet, namespace, model, found.getSpec(), drivers)) {
                        case DeviceSheet.Wrong(var faults) -> wrong(faults);
                        case DeviceSheet.Read(var devices) -> apply(client, devices);
                    };
                } finally {
                    drivers.forEach(ModbusDriver::close);
                }
            }
        }

        private int wrong(List<String> faults) {
            var err = spec.commandLine().getErr();
            faults.forEach(err::println);
            err.println(sheet + ": " + faults.size() + (faults.size() == 1 ? " fault" : " faults") + ", nothing was changed");
            return WRONG;
        }

        /** Tried by the API first; what was made is taken back should one fail all the same. */
        private int apply(KubernetesClient client, List<Device> devices) {
            var refused = new ArrayList<String>();
            for (var device : devices) {
                try {
                    client.resource(device).patch(TRY, device);
                } catch (KubernetesClientException e) {
                    refused.add(device.getMetadata().getName() + ": " + e.getMessage());
                }
            }
            if (!refused.isEmpty()) {
                return wrong(refused);
            }
            var made = new ArrayList<Device>();
            if (!dryRun) {
                try {
                    for (var device : devices) {
                        boolean isNew = client.resource(device).get() == null;
                        client.resource(device).patch(APPLY, device);
                        if (isNew) {
                            made.add(device);
                        }
                    }
                } catch (KubernetesClientException e) {
                    made.forEach(device -> client.resource(device).delete());
                    throw e;
                }
            }
            System.out.println(devices.size() + (devices.size() == 1 ? " device" : " devices") + (dryRun ? " checked" : " applied") + ", " + made.size() + " of them new");
            return 0;
        }

        private static PatchContext context(boolean dryRun) {
            var context = new PatchContext.Builder().withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager("skerry-sheet").withForce(true);
            return dryRun ? context.withDryRun(List.of("All")).build() : context.build();
        }
    }
}
