package dev.skerry.devices.engine;

import static dev.skerry.devices.engine.Specs.CHILLER;
import static dev.skerry.devices.engine.Specs.device;
import static dev.skerry.devices.engine.Specs.every;
import static dev.skerry.devices.engine.Specs.point;
import static dev.skerry.devices.engine.Specs.scaled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.devices.engine.DeviceCheck.Rejected;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Range;
import dev.skerry.model.DeviceModelSpec.Type;
import dev.skerry.model.DeviceSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceCheckTest {

    private final FakeDriver driver = new FakeDriver();

    @Test
    void plansAnAcceptedDevice() {
        var spec = device("fake://one?unit=1", "500ms", point("supply", "r:a"), every("starts", "r:n", "10s"), scaled("setPoint", "w:s", 0.1, -5));

        var plan = Specs.plan("chiller-1", spec, driver);

        assertThat(plan.schema().stream()).isEqualTo("chiller");
        assertThat(plan.schema().fields()).hasSize(6);
        assertThat(plan.timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(plan.shownEndpoint()).isEqualTo("fake://one");
        assertThat(plan.points()).extracting(PlannedPoint::field).containsExactly(0, 3, 1);
        assertThat(plan.points()).extracting(PlannedPoint::every)
                .containsExactly(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofMillis(500));
        assertThat(plan.points().get(2).scale()).isEqualTo(0.1);
        assertThat(plan).isEqualTo(Specs.plan("chiller-1", spec, driver));
    }

    @Test
    void tellsAllFaultsAtOnce() {
        var spec = new DeviceSpec("chiller", "fake:nohost", Specs.duration("500us"), Specs.duration("2h"), List.of(
                point("supply", "r:a"), point("speed", "holding"), scaled("setPoint", "r:b", 0, 0), point("supply", "r:c"),
                scaled("running", "w:d", 2, 0), new DeviceSpec.Point("label", "w:e", "utf7", null, null, Specs.duration("0s"))));

        assertThat(faults(spec, CHILLER)).containsExactlyInAnyOrder(
                "spec.endpoint: fake:nohost (expected: fake://HOST)",
                "spec.pollEvery: 500us (expected: 1ms or longer)",
                "spec.timeout: 120m (expected: 1m or shorter)",
                "spec.points[1].property: speed (expected: a property of chiller: supply, setPoint, running, starts, label, reset)",
                "spec.points[1].address: holding (expected: r:NAME or w:NAME)",
                "spec.points[2].scale: 0 (expected: a number other than 0)",
                "spec.points[2].address: r:b (expected: an address that can be written, as the access of setPoint says)",
                "spec.points[3].property: supply (expected: a property that no other point has)",
                "spec.points[4].scale: 2 (expected: none, for running is a boolean)",
                "spec.points[5].encoding: utf7 (expected: int16)",
                "spec.points[5].pollEvery: 0us (expected: 1ms or longer)");
    }

    @Test
    void namesAMissingModelAndAForeignScheme() {
        assertThat(faults(device("opcua://x", "1s", point("supply", "r:a")), null)).containsExactly(
                "spec.model: chiller (expected: an existing DeviceModel)", "spec.endpoint: opcua://x (expected: a scheme of fake)");
        assertThat(faults(device("not a uri", "1s"), CHILLER)).containsExactly(
                "spec.endpoint: not a uri (expected: a URI such as modbus-tcp://10.0.0.4:502)", "spec.points: none (expected: one or more, or a model whose properties have addresses)");
    }

    @Test
    void namesTheModelsOwnFaults() {
        var model = new DeviceModelSpec(List.of(
                Specs.property("supply", Type.FLOAT, null, new Range(60.0, -10.0)), Specs.property("supply", Type.STRING, null, new Range(1.0, null))));

        assertThat(ModelCheck.faults(model)).containsExactly(
                "spec.properties[0].range: min 60, max -10 (expected: min not above max)",
                "spec.properties[1].name: supply (expected: a name that no other property has)",
                "spec.properties[1].range: on a string (expected: a range on float or integer only)");
        assertThat(faults(device("fake://x", "1s", point("supply", "r:a")), model)).hasSize(3)
                .first().asString().startsWith("spec.model: chiller (expected: a model that holds together; its spec.properties[0].range: ");
    }

    @Test
    void keepsSecretsOutOfTheShownEndpoint() {
        var plan = Specs.plan("x", device("fake://me:secret@host:1/path?key=secret", "1s", point("supply", "r:a")), driver);

        assertThat(plan.shownEndpoint()).isEqualTo("fake://host:1/path");
    }

    private List<String> faults(DeviceSpec spec, @Nullable DeviceModelSpec model) {
        var result = DeviceCheck.check("default", "chiller-1", spec, model, Map.of("fake", driver));
        assertThat(result).isInstanceOf(Rejected.class);
        return ((Rejected) result).faults();
    }
}
