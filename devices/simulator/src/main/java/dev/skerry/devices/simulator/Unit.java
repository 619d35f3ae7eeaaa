package dev.skerry.devices.simulator;

import com.digitalpetri.modbus.exceptions.ModbusResponseException;

/** What answers behind one unit id. Not for several threads: {@link Plant} lets in one at a time. */
interface Unit {

    /** A step of the recording further. */
    void step();

    /** Cells that are not in use read as 0. */
    int register(int address);

    /** @throws ModbusResponseException if the register cannot be written, or not with this value */
    void writeRegister(int address, int value) throws ModbusResponseException;

    boolean coil(int address);

    void writeCoil(int address, boolean on) throws ModbusResponseException;

    /** A temperature as its register holds it: tenths, in 16 bits of two's complement. */
    static int tenths(double temperature) {
        return (int) Math.round(temperature * 10) & 0xFFFF;
    }
}
