package dev.skerry.devices.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skerry.devices.modbus.ModbusDriver;
import dev.skerry.devices.spi.Network;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Access;
import dev.skerry.model.DeviceModelSpec.Property;
import dev.skerry.model.DeviceModelSpec.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceSheetTest {

    private static final DeviceModelSpec PUMP = new DeviceModelSpec(List.of(
            new Property("flow", Type.FLOAT, "L/s", Access.READ, null, null, 1, null, "input:0", "float32", null, null, null, null),
            new Property("speed", Type.FLOAT, "%", Access.READ_WRITE, null, null, null, null, "holding:10", "int16", 0.1, null, null, null)));

    @TempDir
    private Path folder;

    /** One model and one sheet, and the hall is in. */
    @Test
    void readsThreeHundredDevices() throws Exception {
        var rows = IntStream.rangeClosed(1, 300).mapToObj(i -> "pump-" + i + ",modbus-tcp://10.0." + i / 200 + "." + (1 + i % 200) + ",hall-" + i % 4 + ",")
                .collect(Collectors.joining("\n", "name,endpoint,label:hall,speed.scale\n", "\nspecial,modbus-tcp://10.1.1.1,\"hall, new\",0.5\n"));
        var devices = ((DeviceSheet.Read) read("pumps.csv", rows)).devices();
        assertThat(devices).hasSize(301);
        assertThat(devices.getFirst().getSpec().points()).isEmpty();
        assertThat(devices.getLast().getMetadata().getLabels()).containsEntry("hall", "hall, new");
        assertThat(devices.getLast().getSpec().points().getFirst().scale()).isEqualTo(0.5);
    }

    @Test
    void tellsEverythingThatIsWrongByCell() throws Exception {
        var wrong = ((DeviceSheet.Wrong) read("pumps.csv", """
                name,endpoint,pollEvery,speed.scale,flow.address,colour
                pump-1,modbus-tcp://10.0.0.1,1s,0.1,,
                pump-1,modbus-tcp://10.0.0.2,1s,0.1,,
                ,modbus-tcp://10.0.0.3,,,,
                Pump 4,,soon,much,,
                pump-5,modbus-tcp://10.0.0.5?unit=900,,0,input:99999,
                pump-6,modbus-rtu:///dev/ttyUSB0?baud=9600&unit=1,,,,
                pump-7,modbus-rtu:///dev/ttyUSB0?baud=19200&unit=2,,,,
                """)).faults();
        assertThat(wrong).containsExactly(
                "F1: colour (expected: name, endpoint, pollEvery, timeout, label:KEY or PROPERTY.address|encoding|scale|offset|pollEvery with a property of pump: flow, speed)",
                "A3: pump-1 (expected: a name that A2 does not have already)",
                "A4: empty (expected: a name)",
                "A5: Pump 4 (expected: small letters, digits, - and ., such as pump-1)",
                "B5: empty (expected: a URI such as modbus-tcp://10.0.0.4:502?unit=1)",
                "D5: much (expected: a number)",
                "C5: soon (expected: a duration such as 500ms or 1m30s)",
                "B6: modbus-tcp://10.0.0.5?unit=900 (expected: modbus-tcp://HOST:PORT?unit=1-247, and connections=one for a gateway that takes a single connection)",
                "E6: spec.points[0].address: input:99999 (expected: holding:N, input:N, coil:N or discrete:N with N of 0-65535, or a bit such as holding:N.0-15)",
                "D6: spec.points[1].scale: 0 (expected: a number other than 0)",
                "B8: /dev/ttyUSB0 at 19200 8E1 (expected: 9600 8E1, as device pump-6 has it on the same line)");
    }

    /** With texts in runs, with their reading (as Chinese and Japanese sheets have it), empty rows, and a first sheet that is not the first file. */
    @Test
    void readsAnExcelWorkbook() throws Exception {
        var file = folder.resolve("pumps.xlsx");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            put(zip, "[Content_Types].xml", """
                    <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>
                    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                    <Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
                    <Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
                    <Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
                    <Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>""");
            put(zip, "_rels/.rels", """
                    <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
                    <Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            put(zip, "xl/workbook.xml", """
                    <workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
                    <sheets><sheet name="pumps" sheetId="2" r:id="r2"/><sheet name="notes" sheetId="1" r:id="r1"/></sheets></workbook>""");
            put(zip, "xl/_rels/workbook.xml.rels", """
                    <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
                    <Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
                    <Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/>
                    <Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>""");
            put(zip, "xl/sharedStrings.xml", "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>name</t></si><si><t>endpoint</t></si>"
                    + "<si><r><t>pump</t></r><r><t>-1</t></r><rPh sb=\"0\" eb=\"4\"><t>beng</t></rPh></si></sst>");
            put(zip, "xl/worksheets/sheet1.xml", """
                    <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>""");
            put(zip, "xl/worksheets/sheet2.xml", """
                    <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
                    <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>speed.scale</t></is></c></row>
                    <row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" t="inlineStr"><is><t>modbus-tcp://10.0.0.1</t></is></c><c r="C3"><v>0.25</v></c></row></sheetData></worksheet>""");
        }
        assertThat(read(file)).isInstanceOfSatisfying(DeviceSheet.Read.class, read -> assertThat(read.devices()).singleElement().satisfies(device -> {
            assertThat(device.getMetadata().getName()).isEqualTo("pump-1");
            assertThat(device.getSpec().points().getFirst().scale()).isEqualTo(0.25);
        }));
    }

    @Test
    void tellsWhatIsNoSheet() throws Exception {
        assertThatThrownBy(() -> read("pumps.xlsx", "name,endpoint")).isInstanceOf(IOException.class).hasMessageContaining("pumps.xlsx: ").hasMessageEndingWith("(expected: an Excel workbook)");
        assertThatThrownBy(() -> read("pumps.csv", "name,\"endpoint")).isInstanceOf(IOException.class).hasMessageContaining("pumps.csv: ").hasMessageEndingWith("(expected: comma-separated values)");
    }

    private static void put(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private DeviceSheet.Result read(String name, String text) throws IOException {
        return read(Files.writeString(folder.resolve(name), text));
    }

    private static DeviceSheet.Result read(Path file) throws IOException {
        return DeviceSheet.read(file, "default", "pump", PUMP, ModbusDriver.all(Network.ANY));
    }
}
