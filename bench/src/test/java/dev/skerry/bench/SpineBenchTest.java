package dev.skerry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpineBenchTest {

    @TempDir
    Path folder;

    /** What scripts read: each part gives its figures, whatever they are, in the promised shape. */
    @Test
    void everyPartGivesItsFigures() throws Exception {
        var figures = new Figures();

        Footprint.bare(folder, List.of("-XX:AOTCache=none", "-Xmx32m"), 0, figures);
        RuleLoop.measure(made("loop"), 1, 20, 1_000, figures);
        ModbusLoop.measure(made("modbus"), 1, 5, Duration.ofMillis(5), figures);
        StoreWrites.measure(made("store"), 1, Duration.ofMillis(50), 4, figures);
        Drain.measure(made("drain"), 40_000, figures);

        var json = new ObjectMapper().readTree(figures.json("spine"));
        assertThat(json.get("bench").asText()).isEqualTo("spine");
        for (var name : List.of(
                "bareJvmMb", "bareJvmReadySeconds", "loopP50Ms", "loopP99Ms", "modbusLoopP50Ms", "modbusLoopP99Ms",
                "storeWritesPerSecond", "storeWritesPerSecondSqliteBare", "drainPerSecond")) {
            assertThat(json.at("/figures/" + name + "/value").asDouble()).as(name).isPositive();
            assertThat(json.at("/figures/" + name + "/unit").asText()).as(name).isNotEmpty();
        }
    }

    /** One part that cannot be measured must not hide the others, nor pass unseen. */
    @Test
    void aPartThatFailsCostsNoOtherItsFigures() throws Exception {
        var figures = new Figures();

        var held = Main.measure(
                List.of(
                        new Bench.Part("broken", f -> {
                            throw new java.io.IOException("disk: gone");
                        }),
                        new Bench.Part("sound", f -> f.add("size", 12.34567, "MB"))),
                figures);

        assertThat(held).isFalse();
        assertThat(figures.json("x")).isEqualTo("{\"bench\":\"x\",\"figures\":{\"size\":{\"value\":12.35,\"unit\":\"MB\"}}}");
    }

    private Path made(String name) throws java.io.IOException {
        return Files.createDirectories(folder.resolve(name));
    }
}
