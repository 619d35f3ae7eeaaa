package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever starts a second skerry by mistake reads which key to change. */
class PortInUseTest {

    @Test
    void namesTheKeyAndThePort(@TempDir Path folder) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (var key : new String[] {"api", "console"}) {
                var text = "name: site\nruntime: {enabled: false}\napi: {port: " + (key.equals("api") ? taken.getLocalPort() : 0) + "}\nconsole: {port: "
                        + (key.equals("console") ? taken.getLocalPort() : 0) + "}\n";
                var config = ConfigFile.parse("test", text).withData(folder.resolve(key));
                assertThatThrownBy(() -> Skerry.start(config)).isInstanceOf(IOException.class)
                        .hasMessageContaining(key + ".port: " + taken.getLocalPort() + " is in use").hasMessageContaining("expected: a free port, or 0");
            }
        }
    }
}
