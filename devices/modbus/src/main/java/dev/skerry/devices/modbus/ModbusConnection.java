package dev.skerry.devices.modbus;

import com.digitalpetri.modbus.pdu.ReadCoilsRequest;
import com.digitalpetri.modbus.pdu.ReadCoilsResponse;
import com.digitalpetri.modbus.pdu.ReadDiscreteInputsRequest;
import com.digitalpetri.modbus.pdu.ReadDiscreteInputsResponse;
import com.digitalpetri.modbus.pdu.ReadHoldingRegistersRequest;
import com.digitalpetri.modbus.pdu.ReadHoldingRegistersResponse;
import com.digitalpetri.modbus.pdu.ReadInputRegistersRequest;
import com.digitalpetri.modbus.pdu.ReadInputRegistersResponse;
import com.digitalpetri.modbus.pdu.WriteMultipleCoilsRequest;
import com.digitalpetri.modbus.pdu.WriteMultipleCoilsResponse;
import com.digitalpetri.modbus.pdu.WriteMultipleRegistersRequest;
import com.digitalpetri.modbus.pdu.WriteMultipleRegistersResponse;
import com.digitalpetri.modbus.pdu.WriteSingleCoilRequest;
import com.digitalpetri.modbus.pdu.WriteSingleCoilResponse;
import com.digitalpetri.modbus.pdu.WriteSingleRegisterRequest;
import com.digitalpetri.modbus.pdu.WriteSingleRegisterResponse;
import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.devices.spi.ReadPlan;
import java.util.ArrayList;
import java.util.List;

/** One unit's values over a line. */
final class ModbusConnection implements DeviceConnection {

    private final Line line;

    ModbusConnection(Line line) {
        this.line = line;
    }

    @Override
    public List<RawValue> read(ReadPlan plan) throws DriverException, InterruptedException {
        var span = Requests.Span.of(plan);
        var cells = cells(span);
        var values = new ArrayList<RawValue>(plan.points().size());
        for (var point : plan.points()) {
            values.add(value((ModbusPoint) point, cells, span.start()));
        }
        return values;
    }

    private byte[] cells(Requests.Span span) throws DriverException, InterruptedException {
        var start = span.start();
        var length = span.length();
        var what = span.toString();
        var cells = switch (span.area()) {
            case COIL -> line.ask(new ReadCoilsRequest(start, length), ReadCoilsResponse.class, what).coils();
            case DISCRETE -> line.ask(new ReadDiscreteInputsRequest(start, length), ReadDiscreteInputsResponse.class, what).inputs();
            case HOLDING -> line.ask(new ReadHoldingRegistersRequest(start, length), ReadHoldingRegistersResponse.class, what).registers();
            case INPUT -> line.ask(new ReadInputRegistersRequest(start, length), ReadInputRegistersResponse.class, what).registers();
        };
        var expected = span.area().registers() ? 2 * length : (length + 7) / 8;
        if (cells.length != expected) {
            throw line.garbage(what, "an answer of " + cells.length + " bytes (expected: " + expected + ")");
        }
        return cells;
    }

    private static RawValue value(ModbusPoint point, byte[] cells, int start) {
        var index = point.offset() - start;
        if (!point.area().registers()) {
            return new RawValue.Bit((cells[index / 8] >> (index % 8) & 1) == 1);
        }
        if (point.bit() >= 0) {
            var half = cells[2 * index + (point.bit() < 8 ? 1 : 0)];
            return new RawValue.Bit((half >> (point.bit() % 8) & 1) == 1);
        }
        return point.form().decode(cells, 2 * index);
    }

    @Override
    public void write(PointAddress address, RawValue value) throws DriverException, InterruptedException {
        var point = (ModbusPoint) address;
        if (!point.writable()) {
            throw new DriverException(DriverException.Kind.BAD_ADDRESS, "address: " + point.address() + " (expected: a coil or whole holding registers, to write)");
        }
        if (point.area().registers()) {
            writeRegisters(point, point.form().encode(value));
        } else {
            writeCoil(point, Encoding.bit(value));
        }
    }

    private void writeCoil(ModbusPoint point, boolean on) throws DriverException, InterruptedException {
        var at = point.offset();
        var what = "write " + point.address();
        try {
            var request = new WriteSingleCoilRequest(at, on);
            var answer = line.ask(request, WriteSingleCoilResponse.class, what);
            echoed(what, answer.address() == at && answer.value() == request.value());
        } catch (DriverException e) {
            unlessUnknownFunction(e);
            var bits = new byte[] {(byte) (on ? 1 : 0)};
            var answer = line.ask(new WriteMultipleCoilsRequest(at, 1, bits), WriteMultipleCoilsResponse.class, what);
            echoed(what, answer.address() == at && answer.quantity() == 1);
        }
    }

    private void writeRegisters(ModbusPoint point, byte[] bytes) throws DriverException, InterruptedException {
        if (bytes.length > 2) {
            writeSeveral(point, bytes);
            return;
        }
        var at = point.offset();
        var what = "write " + point.address();
        try {
            var value = (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF;
            var answer = line.ask(new WriteSingleRegisterRequest(at, value), WriteSingleRegisterResponse.class, what);
            echoed(what, answer.address() == at && answer.value() == value);
        } catch (DriverException e) {
            unlessUnknownFunction(e);
            writeSeveral(point, bytes);
        }
    }

    private void writeSeveral(ModbusPoint point, byte[] bytes) throws DriverException, InterruptedException {
        var at = point.offset();
        var count = bytes.length / 2;
        var what = "write " + point.address();
        var answer = line.ask(new WriteMultipleRegistersRequest(at, count, bytes), WriteMultipleRegistersResponse.class, what);
        echoed(what, answer.address() == at && answer.quantity() == count);
    }

    /** Some devices write only with the functions for several, 15 and 16. */
    private static void unlessUnknownFunction(DriverException e) throws DriverException {
        if (Refusal.code(e) != Refusal.ILLEGAL_FUNCTION) {
            throw e;
        }
    }

    private void echoed(String what, boolean same) throws DriverException {
        if (!same) {
            throw line.garbage(what, "an answer that does not repeat the request");
        }
    }

    @Override
    public void close() {
        line.close();
    }
}
