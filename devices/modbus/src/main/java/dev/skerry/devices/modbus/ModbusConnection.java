package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DeviceConnection;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.devices.spi.ReadPlan;
import java.util.ArrayList;
import java.util.Arrays;
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
        var what = span.toString();
        int function = switch (span.area()) {
            case COIL -> 1;
            case DISCRETE -> 2;
            case HOLDING -> 3;
            case INPUT -> 4;
        };
        var answer = line.ask(request(function, span.start(), span.length()), what);
        var expected = span.area().registers() ? 2 * span.length() : (span.length() + 7) / 8;
        if (answer.length != expected + 1 || (answer[0] & 0xFF) != expected) {
            throw line.garbage(what, "an answer of " + (answer.length - 1) + " bytes (expected: " + expected + ")");
        }
        return Arrays.copyOfRange(answer, 1, answer.length);
    }

    private static byte[] request(int function, int first, int second, byte... rest) {
        var request = new byte[5 + rest.length];
        request[0] = (byte) function;
        request[1] = (byte) (first >> 8);
        request[2] = (byte) first;
        request[3] = (byte) (second >> 8);
        request[4] = (byte) second;
        System.arraycopy(rest, 0, request, 5, rest.length);
        return request;
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
            writeCoil(point, value.bit());
        }
    }

    private void writeCoil(ModbusPoint point, boolean on) throws DriverException, InterruptedException {
        var what = "write " + point.address();
        try {
            writeOne(5, point.offset(), on ? 0xFF00 : 0, what);
        } catch (DriverException e) {
            unlessUnknownFunction(e);
            writeSeveral(15, point.offset(), 1, new byte[] {(byte) (on ? 1 : 0)}, what);
        }
    }

    private void writeRegisters(ModbusPoint point, byte[] bytes) throws DriverException, InterruptedException {
        var what = "write " + point.address();
        if (bytes.length > 2) {
            writeSeveral(16, point.offset(), bytes.length / 2, bytes, what);
            return;
        }
        try {
            writeOne(6, point.offset(), (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF, what);
        } catch (DriverException e) {
            unlessUnknownFunction(e);
            writeSeveral(16, point.offset(), 1, bytes, what);
        }
    }

    private void writeOne(int function, int at, int value, String what) throws DriverException, InterruptedException {
        var request = request(function, at, value);
        echoed(what, line.ask(request, what), request);
    }

    private void writeSeveral(int function, int at, int count, byte[] bytes, String what) throws DriverException, InterruptedException {
        var values = new byte[bytes.length + 1];
        values[0] = (byte) bytes.length;
        System.arraycopy(bytes, 0, values, 1, bytes.length);
        var request = request(function, at, count, values);
        echoed(what, line.ask(request, what), request);
    }

    /** Some devices write only with the functions for several, 15 and 16. */
    private static void unlessUnknownFunction(DriverException e) throws DriverException {
        if (Refusal.code(e) != Refusal.ILLEGAL_FUNCTION) {
            throw e;
        }
    }

    /** Address and value, or address and count. */
    private void echoed(String what, byte[] answer, byte[] request) throws DriverException {
        if (answer.length != 4 || !Arrays.equals(answer, 0, 4, request, 1, 5)) {
            throw line.garbage(what, "an answer that does not repeat the request");
        }
    }

    @Override
    public void close() {
        line.close();
    }
}
