package dev.skerry.devices.modbus;

import java.util.Locale;

/** One of the four tables of a Modbus device, and the limits of a request to it (Modbus Application Protocol 1.1b3, 6). */
enum Area {
    COIL(false, true, 2000, 256),
    DISCRETE(false, false, 2000, 256),
    HOLDING(true, true, 125, 16),
    INPUT(true, false, 125, 16);

    private final boolean registers;
    private final boolean writable;
    private final int most;
    private final int bridged;

    Area(boolean registers, boolean writable, int most, int bridged) {
        this.registers = registers;
        this.writable = writable;
        this.most = most;
        this.bridged = bridged;
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

    /**
     * Unwanted cells between two points up to which one request is cheaper than two: a further request and its answer
     * cost a round trip and about a hundred bytes with their TCP/IP headers, so 32 bytes more are worth it.
     */
    int bridged() {
        return bridged;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
