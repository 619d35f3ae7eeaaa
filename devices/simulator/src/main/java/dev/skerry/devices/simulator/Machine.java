package dev.skerry.devices.simulator;

import com.digitalpetri.modbus.ExceptionCode;
import com.digitalpetri.modbus.FunctionCode;
import com.digitalpetri.modbus.exceptions.ModbusResponseException;

/**
 * Plays a machine's recorded temperature: holding register 0, in tenths of °F. Coil 0 runs and stops it. Stopped, it
 * takes on the hall's temperature and the recording waits; started again, it goes over to the recording little by little.
 */
final class Machine implements Unit {

    private static final double HALL = 70;
    /** Steps in which, stopped, it makes up for 63 % of its distance from the hall's temperature. */
    private static final double INERTIA = 50;
    /** Steps after a start until it follows its recording exactly; before that the more, the longer it has run. */
    private static final int WARM = 200;

    private final Recording recording;
    private boolean runs = true;
    private int ran = WARM;
    private double temperature;

    Machine(Recording recording) {
        this.recording = recording;
        this.temperature = recording.now();
    }

    @Override
    public void step() {
        if (runs) {
            recording.step();
            ran = Math.min(WARM, ran + 1);
            temperature += (recording.now() - temperature) * ran / WARM;
        } else {
            ran = 0;
            temperature += (HALL - temperature) / INERTIA;
        }
    }

    @Override
    public int register(int address) {
        return address == 0 ? Unit.tenths(temperature) : 0;
    }

    @Override
    public void writeRegister(int address, int value) throws ModbusResponseException {
        throw new ModbusResponseException(FunctionCode.WRITE_SINGLE_REGISTER, ExceptionCode.ILLEGAL_DATA_ADDRESS);
    }

    @Override
    public boolean coil(int address) {
        return address == 0 && runs;
    }

    @Override
    public void writeCoil(int address, boolean on) throws ModbusResponseException {
        if (address != 0) {
            throw new ModbusResponseException(FunctionCode.WRITE_SINGLE_COIL, ExceptionCode.ILLEGAL_DATA_ADDRESS);
        }
        runs = on;
    }
}
