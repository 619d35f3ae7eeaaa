package dev.skerry.devices.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.RawValue;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModbusPointTest {

    @Test
    void readsItsNotation() throws Exception {
        assertThat(ModbusPoint.parse("holding:100", "")).isEqualTo(new ModbusPoint(Area.HOLDING, 100, -1, Encoding.INT16));
        assertThat(ModbusPoint.parse("holding:100.3", "")).isEqualTo(new ModbusPoint(Area.HOLDING, 100, 3, Encoding.BOOL));
        assertThat(ModbusPoint.parse("coil:3", "bool").encoding()).isEqualTo("bool");
        assertThat(ModbusPoint.parse("input:5", "float32-swapped").encoding()).isEqualTo("float32-swapped");
        assertThat(ModbusPoint.parse("holding:7", "string(8)").end()).isEqualTo(11);
    }

    @ParameterizedTest
    @CsvSource({"holding:0,int16,true", "coil:0,,true", "input:0,int16,false", "discrete:0,,false", "holding:0.1,,false"})
    void knowsWhatCanBeWritten(String address, String encoding, boolean writable) throws Exception {
        assertThat(ModbusPoint.parse(address, encoding == null ? "" : encoding).writable()).isEqualTo(writable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"holding", "holding:", "holding:65536", "holding:-1", "holding:1.16", "coil:1.2", "40001", "Holding:1", "holding:1 "})
    void saysWhatAnAddressMustBe(String address) {
        assertThatThrownBy(() -> ModbusPoint.parse(address, ""))
                .isInstanceOf(DriverException.class)
                .hasMessage("address: " + address + " (expected: holding:N, input:N, coil:N or discrete:N with N of 0-65535,"
                        + " or a bit such as holding:N.0-15)");
    }

    @Test
    void takesNoValueBeyondTheLastRegister() throws Exception {
        assertThat(ModbusPoint.parse("holding:65534", "int32").end()).isEqualTo(65_536);
        assertThatThrownBy(() -> ModbusPoint.parse("holding:65535", "int32")).hasMessageStartingWith("address: holding:65535 (expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"int8", "int16-swapped", "string(0)", "string(3)", "string(248)", "float32-", "INT16"})
    void saysWhatAnEncodingMustBe(String encoding) {
        assertThatThrownBy(() -> ModbusPoint.parse("holding:0", encoding)).hasMessageStartingWith("encoding: " + encoding + " (expected: bool, int16");
        assertThatThrownBy(() -> ModbusPoint.parse("coil:0", "int16")).hasMessage("encoding: int16 (expected: bool, as the address is of one bit)");
    }

    @ParameterizedTest
    @CsvSource({
        "int16,fffe,-2", "uint16,fffe,65534", "int32,fffffffe,-2", "uint32,fffffffe,4294967294", "int64,fffffffffffffffe,-2",
        "int32-swapped,56781234,305419896", "int64-swapped,0004000300020001,281483566841860"
    })
    void decodesWholeNumbers(String encoding, String bytes, long value) throws Exception {
        assertThat(Encoding.parse(encoding).decode(HexFormat.of().parseHex(bytes), 0)).isEqualTo(new RawValue.Whole(value));
        assertThat(Encoding.parse(encoding).encode(new RawValue.Whole(value))).asHexString().isEqualToIgnoringCase(bytes);
    }

    @ParameterizedTest
    @CsvSource({"float32,42f68000,123.25", "float32-swapped,800042f6,123.25", "float64,405ed00000000000,123.25", "float64-swapped,00000000d000405e,123.25"})
    void decodesRealNumbers(String encoding, String bytes, double value) throws Exception {
        assertThat(Encoding.parse(encoding).decode(HexFormat.of().parseHex(bytes), 0)).isEqualTo(new RawValue.Real(value));
        assertThat(Encoding.parse(encoding).encode(new RawValue.Real(value))).asHexString().isEqualToIgnoringCase(bytes);
    }

    @Test
    void padsTextWithZerosAndTakesThemOff() throws Exception {
        var string = Encoding.parse("string(6)");
        assertThat(string.encode(new RawValue.Text("pump"))).asHexString().isEqualTo("70756D700000");
        assertThat(string.decode(HexFormat.of().parseHex("70756D700000"), 0)).isEqualTo(new RawValue.Text("pump"));
        assertThatThrownBy(() -> string.encode(new RawValue.Text("chiller"))).hasMessage("value: chiller (expected: text of at most 6 bytes)");
    }

    /** 44.0 / 0.1 is 439.99999999999994 in floating point. */
    @Test
    void roundsWhatScalingLeft() throws Exception {
        assertThat(Encoding.INT16.encode(new RawValue.Real(439.99999999999994))).asHexString().isEqualTo("01B8");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> Encoding.INT16.encode(new RawValue.Whole(32_768))).hasMessage("value: 32768 (expected: -32768 to 32767)");
        assertThatThrownBy(() -> Encoding.INT16.encode(new RawValue.Real(Double.NaN))).hasMessage("value: NaN (expected: -32768 to 32767)");
        assertThatThrownBy(() -> new RawValue.Whole(2).bit()).hasMessage("value: 2 (expected: true or false)");
    }

    @Property(tries = 200)
    void readsBackWhatItWrote(@ForAll long whole, @ForAll double real) throws Exception {
        for (var name : new String[] {"int64", "int64-swapped"}) {
            var encoding = Encoding.parse(name);
            assertThat(encoding.decode(encoding.encode(new RawValue.Whole(whole)), 0)).isEqualTo(new RawValue.Whole(whole));
        }
        var swapped = Encoding.parse("float64-swapped");
        assertThat(swapped.decode(swapped.encode(new RawValue.Real(real)), 0)).isEqualTo(new RawValue.Real(real));
    }
}
