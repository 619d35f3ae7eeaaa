package dev.skerry.devices.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;

class ModbusEndpointTest {

    @Test
    void readsHostPortAndUnit() throws Exception {
        assertThat(ModbusEndpoint.parse(Mode.TCP, URI.create("modbus-tcp://10.0.0.4:1502?unit=7")))
                .isEqualTo(new ModbusEndpoint("10.0.0.4", 1502, 7));
    }

    @Test
    void saysWhatAnEndpointMustBe() {
        assertThatThrownBy(() -> ModbusEndpoint.parse(Mode.TCP, URI.create("modbus-tcp://plc:502?unit=248")))
                .hasMessage("spec.endpoint: modbus-tcp://plc:502?unit=248 (expected: modbus-tcp://HOST:PORT?unit=1-247, and connections=one for a gateway that takes a single connection)");
    }
}
