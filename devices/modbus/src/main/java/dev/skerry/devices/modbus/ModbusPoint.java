package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.PointAddress;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A value in a table of a device. Addresses count from 0, as on the wire.
 *
 * @param bit of a register, 0 the least significant; -1 for all of it
 */
record ModbusPoint(Area area, int offset, int bit, Encoding form) implements PointAddress {

    private static final Pattern ADDRESS = Pattern.compile("(coil|discrete|holding|input):([0-9]{1,5})(?:\\.([0-9]{1,2}))?");
    private static final int CELLS = 65_536;

    static ModbusPoint parse(String address, String encoding) throws DriverException {
        var match = ADDRESS.matcher(address);
        if (!match.matches()) {
            throw wrong(address);
        }
        var area = Area.valueOf(match.group(1).toUpperCase(Locale.ROOT));
        var offset = Integer.parseInt(match.group(2));
        var bit = match.group(3) == null ? -1 : Integer.parseInt(match.group(3));
        var form = form(area.registers() && bit < 0, encoding);
        if (offset + form.length() > CELLS || bit > 15 || (bit >= 0 && !area.registers())) {
            throw wrong(address);
        }
        return new ModbusPoint(area, offset, bit, form);
    }

    private static Encoding form(boolean wholeRegisters, String encoding) throws DriverException {
        if (wholeRegisters) {
            return encoding.isEmpty() ? Encoding.INT16 : Encoding.parse(encoding);
        }
        if (!encoding.isEmpty() && !encoding.equals("bool")) {
            throw new DriverException(DriverException.Kind.BAD_ADDRESS, "encoding: " + encoding + " (expected: bool, as the address is of one bit)");
        }
        return Encoding.BOOL;
    }

    private static DriverException wrong(String address) {
        return new DriverException(DriverException.Kind.BAD_ADDRESS, "address: " + address
                + " (expected: holding:N, input:N, coil:N or discrete:N with N of 0-65535, or a bit such as holding:N.0-15)");
    }

    /** The first cell after it. */
    int end() {
        return offset + form.length();
    }

    @Override
    public String address() {
        return area.word() + ":" + offset + (bit < 0 ? "" : "." + bit);
    }

    @Override
    public String encoding() {
        return form.text();
    }

    /** A single bit of a register is not: another's write to its neighbours could be lost. */
    @Override
    public boolean writable() {
        return area.writable() && bit < 0;
    }
}
