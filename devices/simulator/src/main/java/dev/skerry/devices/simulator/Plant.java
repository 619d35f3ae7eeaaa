package dev.skerry.devices.simulator;

import com.digitalpetri.modbus.ExceptionCode;
import com.digitalpetri.modbus.exceptions.ModbusResponseException;
import com.digitalpetri.modbus.exceptions.UnknownUnitIdException;
import com.digitalpetri.modbus.pdu.ModbusRequestPdu;
import com.digitalpetri.modbus.pdu.ReadCoilsRequest;
import com.digitalpetri.modbus.pdu.ReadCoilsResponse;
import com.digitalpetri.modbus.pdu.ReadHoldingRegistersRequest;
import com.digitalpetri.modbus.pdu.ReadHoldingRegistersResponse;
import com.digitalpetri.modbus.pdu.WriteMultipleCoilsRequest;
import com.digitalpetri.modbus.pdu.WriteMultipleCoilsResponse;
import com.digitalpetri.modbus.pdu.WriteMultipleRegistersRequest;
import com.digitalpetri.modbus.pdu.WriteMultipleRegistersResponse;
import com.digitalpetri.modbus.pdu.WriteSingleCoilRequest;
import com.digitalpetri.modbus.pdu.WriteSingleCoilResponse;
import com.digitalpetri.modbus.pdu.WriteSingleRegisterRequest;
import com.digitalpetri.modbus.pdu.WriteSingleRegisterResponse;
import com.digitalpetri.modbus.server.ModbusRequestContext;
import com.digitalpetri.modbus.server.ModbusServices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The units behind one address: 1 and 2 chillers, 3 a machine. Other units do not answer. */
final class Plant implements ModbusServices {

    /** Of registers and of coils, a unit. */
    private static final int CELLS = 64;

    private final Map<Integer, Unit> units;
    private long reads;
    private long writes;

    Plant(Map<Integer, Unit> units) {
        this.units = Map.copyOf(units);
    }

    /** @param folder with {@code chillers.csv.gz} and {@code machine.csv.gz} */
    static Plant load(Path folder) throws IOException {
        return new Plant(Map.of(
                1, chiller(folder, "Chiller1"),
                2, chiller(folder, "Chiller2"),
                3, new Machine(Recording.load(folder.resolve("machine.csv.gz"), "value"))));
    }

    private static Unit chiller(Path folder, String name) throws IOException {
        var file = folder.resolve("chillers.csv.gz");
        return new Chiller(Recording.load(file, name + "FlowTemp"), Recording.load(file, name + "ReturnTemp"));
    }

    synchronized void step() {
        units.values().forEach(Unit::step);
    }

    /** Requests since the start, as a line of JSON. */
    synchronized String counts() {
        return "{\"reads\":" + reads + ",\"writes\":" + writes + "}";
    }

    private Unit reading(int unit, ModbusRequestPdu request, int address, int count, int most)
            throws ModbusResponseException, UnknownUnitIdException {
        reads++;
        return found(unit, request, address, count, most);
    }

    private Unit writing(int unit, ModbusRequestPdu request, int address, int count, int most)
            throws ModbusResponseException, UnknownUnitIdException {
        writes++;
        return found(unit, request, address, count, most);
    }

    private Unit found(int id, ModbusRequestPdu request, int address, int count, int most)
            throws ModbusResponseException, UnknownUnitIdException {
        var unit = units.get(id);
        if (unit == null) {
            throw new UnknownUnitIdException(id);
        }
        if (count < 1 || count > most) {
            throw new ModbusResponseException(request.getFunctionCode(), ExceptionCode.ILLEGAL_DATA_VALUE.getCode());
        }
        if (address + count > CELLS) {
            throw new ModbusResponseException(request.getFunctionCode(), ExceptionCode.ILLEGAL_DATA_ADDRESS.getCode());
        }
        return unit;
    }

    @Override
    public synchronized ReadHoldingRegistersResponse readHoldingRegisters(
            ModbusRequestContext context, int unitId, ReadHoldingRegistersRequest request)
            throws ModbusResponseException, UnknownUnitIdException {
        var unit = reading(unitId, request, request.address(), request.quantity(), 125);
        var bytes = new byte[2 * request.quantity()];
        for (int i = 0; i < request.quantity(); i++) {
            var value = unit.register(request.address() + i);
            bytes[2 * i] = (byte) (value >> 8);
            bytes[2 * i + 1] = (byte) value;
        }
        return new ReadHoldingRegistersResponse(bytes);
    }

    @Override
    public synchronized ReadCoilsResponse readCoils(ModbusRequestContext context, int unitId, ReadCoilsRequest request)
            throws ModbusResponseException, UnknownUnitIdException {
        var unit = reading(unitId, request, request.address(), request.quantity(), 2000);
        var bytes = new byte[(request.quantity() + 7) / 8];
        for (int i = 0; i < request.quantity(); i++) {
            if (unit.coil(request.address() + i)) {
                bytes[i / 8] |= (byte) (1 << (i % 8));
            }
        }
        return new ReadCoilsResponse(bytes);
    }

    @Override
    public synchronized WriteSingleRegisterResponse writeSingleRegister(
            ModbusRequestContext context, int unitId, WriteSingleRegisterRequest request)
            throws ModbusResponseException, UnknownUnitIdException {
        writing(unitId, request, request.address(), 1, 1).writeRegister(request.address(), request.value());
        return new WriteSingleRegisterResponse(request.address(), request.value());
    }

    @Override
    public synchronized WriteMultipleRegistersResponse writeMultipleRegisters(
            ModbusRequestContext context, int unitId, WriteMultipleRegistersRequest request)
            throws ModbusResponseException, UnknownUnitIdException {
        var unit = writing(unitId, request, request.address(), request.quantity(), 123);
        if (request.values().length != 2 * request.quantity()) {
            throw new ModbusResponseException(request.getFunctionCode(), ExceptionCode.ILLEGAL_DATA_VALUE.getCode());
        }
        for (int i = 0; i < request.quantity(); i++) {
            var value = (request.values()[2 * i] & 0xFF) << 8 | request.values()[2 * i + 1] & 0xFF;
            try {
                unit.writeRegister(request.address() + i, value);
            } catch (ModbusResponseException e) {
                throw new ModbusResponseException(request.getFunctionCode(), e.getExceptionCode());
            }
        }
        return new WriteMultipleRegistersResponse(request.address(), request.quantity());
    }

    @Override
    public synchronized WriteSingleCoilResponse writeSingleCoil(
            ModbusRequestContext context, int unitId, WriteSingleCoilRequest request)
            throws ModbusResponseException, UnknownUnitIdException {
        writing(unitId, request, request.address(), 1, 1).writeCoil(request.address(), request.value() != 0);
        return new WriteSingleCoilResponse(request.address(), request.value());
    }

    @Override
    public synchronized WriteMultipleCoilsResponse writeMultipleCoils(
            ModbusRequestContext context, int unitId, WriteMultipleCoilsRequest request)
            throws ModbusResponseException, UnknownUnitIdException {
        var unit = writing(unitId, request, request.address(), request.quantity(), 1968);
        if (request.values().length != (request.quantity() + 7) / 8) {
            throw new ModbusResponseException(request.getFunctionCode(), ExceptionCode.ILLEGAL_DATA_VALUE.getCode());
        }
        for (int i = 0; i < request.quantity(); i++) {
            try {
                unit.writeCoil(request.address() + i, (request.values()[i / 8] >> (i % 8) & 1) == 1);
            } catch (ModbusResponseException e) {
                throw new ModbusResponseException(request.getFunctionCode(), e.getExceptionCode());
            }
        }
        return new WriteMultipleCoilsResponse(request.address(), request.quantity());
    }
}
