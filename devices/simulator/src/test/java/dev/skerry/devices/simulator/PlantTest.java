package dev.skerry.devices.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.digitalpetri.modbus.exceptions.ModbusResponseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlantTest {

    private static final Path RECORDINGS = Path.of(System.getProperty("skerry.root"), "blueprints/plant/data");
    /** Two seconds at the default rate. */
    private static final int WINDOW = 20;

    @Test
    void shiftsTheFlowTowardsANewSetPoint() throws Exception {
        var chiller = new Chiller(new Recording(50), new Recording(52));
        chiller.writeRegister(10, 440);
        assertThat(chiller.register(0)).isEqualTo(500);
        var before = 500;
        for (int i = 0; i < 50; i++) {
            chiller.step();
            assertThat(chiller.register(0)).isBetween(460, before);
            before = chiller.register(0);
        }
        assertThat(before).isBetween(470, 480);
        for (int i = 0; i < 500; i++) {
            chiller.step();
        }
        assertThat(chiller.register(0)).isEqualTo(460);
        assertThat(chiller.register(1)).isEqualTo(480);
        assertThat(chiller.register(10)).isEqualTo(440);
    }

    @Test
    void refusesASetPointThatNoChillerCanHold() {
        var chiller = new Chiller(new Recording(50), new Recording(52));
        assertThatThrownBy(() -> chiller.writeRegister(10, 700)).isInstanceOf(ModbusResponseException.class);
        assertThatThrownBy(() -> chiller.writeRegister(0, 440)).isInstanceOf(ModbusResponseException.class);
        assertThat(chiller.register(10)).isEqualTo(480);
    }

    @Test
    void takesOnTheHallsTemperatureWhileStoppedAndGoesOnWhereItWas() throws Exception {
        var machine = new Machine(new Recording(100, 101, 102));
        machine.step();
        machine.writeCoil(0, false);
        for (int i = 0; i < 600; i++) {
            machine.step();
        }
        assertThat(machine.register(0)).isEqualTo(700);
        machine.writeCoil(0, true);
        machine.step();
        // The recording is at 102 again, the machine still nearly at 70: it does not jump.
        assertThat(machine.register(0)).isBetween(700, 720);
        for (int i = 0; i < 600; i++) {
            machine.step();
        }
        assertThat(machine.register(0)).isBetween(1000, 1020);
    }

    /** Its registers hold 16 bits of two's complement. */
    @Test
    void holdsATemperatureBelowZero() {
        assertThat(Unit.tenths(-3.2)).isEqualTo(0x10000 - 32);
    }

    @Test
    void bothChillersAreAboveFiftyWithinThirtySecondsFromAnywhere() throws Exception {
        for (var name : new String[] {"Chiller1", "Chiller2"}) {
            var flow = Recording.load(RECORDINGS.resolve("chillers.csv.gz"), name + "FlowTemp");
            var last = 0;
            for (int i = 0; i < 2 * flow.length(); i++) {
                var sum = 0.0;
                for (int j = 0; j < WINDOW; j++) {
                    sum += flow.now();
                    flow.step();
                }
                if (sum / WINDOW > 50) {
                    last = i;
                }
                assertThat(i - last).as(name + " at window " + i).isLessThanOrEqualTo(15);
            }
        }
    }

    @Test
    void theMachineLeavesItsBandTwentyToFortySecondsAfterTheStart() throws Exception {
        var temperature = Recording.load(RECORDINGS.resolve("machine.csv.gz"), "value");
        var steps = 0;
        while (temperature.now() >= 30 && temperature.now() <= 105) {
            temperature.step();
            steps++;
        }
        assertThat(steps).isBetween(200, 400);
    }

    /** Else the rule that stopped it would stop it again before anyone saw it run. */
    @Test
    void theMachineStaysInItsBandWhenStartedAgainAfterItsFailure() throws Exception {
        var machine = new Machine(Recording.load(RECORDINGS.resolve("machine.csv.gz"), "value"));
        while (machine.register(0) >= 300) {
            machine.step();
        }
        machine.writeCoil(0, false);
        for (int i = 0; i < 300; i++) {
            machine.step();
        }
        machine.writeCoil(0, true);
        for (int i = 0; i < 120; i++) {
            machine.step();
            assertThat(machine.register(0)).isBetween(300, 1050);
        }
    }

    @Test
    void saysWhichLineOfARecordingIsWrong(@TempDir Path folder) throws Exception {
        var file = folder.resolve("machine.csv.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("timestamp,value\n1,2\n2,hot\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> Recording.load(file, "value")).isInstanceOf(IOException.class)
                .hasMessage(file + ":3: 2,hot (expected: a number in column 2)");
        assertThatThrownBy(() -> Recording.load(file, "temperature"))
                .hasMessage(file + ": timestamp,value (expected: a column temperature)");
    }
}
