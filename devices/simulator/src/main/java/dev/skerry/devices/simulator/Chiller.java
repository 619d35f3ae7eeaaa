package dev.skerry.devices.simulator;

import com.digitalpetri.modbus.ExceptionCode;
import com.digitalpetri.modbus.FunctionCode;
import com.digitalpetri.modbus.exceptions.ModbusResponseException;

/**
 * Plays a chiller's recorded temperatures in tenths of °F: holding register 0 flow, 1 return, 10 the set-point. The
 * recording was made at one set-point; another shifts both temperatures towards it, as far as it differs.
 */
final class Chiller implements Unit {

    private static final double RECORDED_SET_POINT = 48;
    private static final double LOWEST = 38;
    private static final double HIGHEST = 60;
    /** Steps in which the water makes up for 63 % of a new set-point's distance. */
    private static final double INERTIA = 50;

    private final Recording flow;
    private final Recording back;
    private double setPoint = RECORDED_SET_POINT;
    private double shift;

    Chiller(Recording flow, Recording back) {
        this.flow = flow;
        this.back = back;
    }

    @Override
    public void step() {
        flow.step();
        back.step();
        shift += (setPoint - RECORDED_SET_POINT - shift) / INERTIA;
    }

    @Override
    public int register(int address) {
        return switch (address) {
            case 0 -> Unit.tenths(flow.now() + shift);
            case 1 -> Unit.tenths(back.now() + shift);
            case 10 -> Unit.tenths(setPoint);
            default -> 0;
        };
    }

    @Override
    public void writeRegister(int address, int value) throws ModbusResponseException {
        if (address != 10) {
            throw new ModbusResponseException(FunctionCode.WRITE_SINGLE_REGISTER, ExceptionCode.ILLEGAL_DATA_ADDRESS);
        }
        var wanted = (short) value / 10.0;
        if (wanted < LOWEST || wanted > HIGHEST) {
            throw new ModbusResponseException(FunctionCode.WRITE_SINGLE_REGISTER, ExceptionCode.ILLEGAL_DATA_VALUE);
        }
        setPoint = wanted;
    }

    @Override
    public boolean coil(int address) {
        return false;
    }

    @Override
    public void writeCoil(int address, boolean on) throws ModbusResponseException {
        throw new ModbusResponseException(FunctionCode.WRITE_SINGLE_COIL, ExceptionCode.ILLEGAL_DATA_ADDRESS);
    }
}
