"""A Modbus server of pymodbus. Arguments: tcp PORT | rtu-tcp PORT | rtu DEVICE. Units 1 and 2; holding registers hold 100 times the unit plus their number."""
import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.framer import FramerType
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer


def unit(number):
    registers = ModbusSequentialDataBlock(1, [100 * number + i for i in range(200)])
    bits = ModbusSequentialDataBlock(1, [i % 2 == 0 for i in range(64)])
    return ModbusSlaveContext(di=bits, co=bits, hr=registers, ir=registers)


async def main(mode, where):
    context = ModbusServerContext(slaves={1: unit(1), 2: unit(2)}, single=False)
    print("ready", flush=True)
    if mode == "rtu":
        await StartAsyncSerialServer(context, port=where, baudrate=19200, parity="N", framer=FramerType.RTU, ignore_missing_slaves=True)
    else:
        framer = FramerType.RTU if mode == "rtu-tcp" else FramerType.SOCKET
        await StartAsyncTcpServer(context, address=("127.0.0.1", int(where)), framer=framer, ignore_missing_slaves=True)


asyncio.run(main(sys.argv[1], sys.argv[2]))
