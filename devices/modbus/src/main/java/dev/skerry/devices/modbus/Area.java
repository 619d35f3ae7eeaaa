package dev.skerry.devices.modbus;

import java.util.Locale;

/** One of the four tables of a Modbus device, and the limits of a request to it (Modbus Application Protocol 1.1b3, 6). */
enum Area {
    COIL(false, true, 2000),
    DISCRETE(false, false, 2000),
    HOLDING(true, true, 125),
    INPUT(true, false, 125);

    private final boolean registers;
    private final boolean writable;
    private final int most;

    Area(boolean registers, boolean writable, int most) {
        this.registers = registers;
        this.writable = writable;
        this.most = most;
    }

    /** Whether its cells are of 16 bits, or else of one. */
    boolean registers() {
        return registers;
    }

    boolean writable() {
        return writable;
    }

    /** Cells that one request reads at most. */
    int most() {
        return most;
    }

    /** What a cell costs on the line. */
    double cellBytes() {
        return registers ? 2 : 0.125;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
