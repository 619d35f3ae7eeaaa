package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;

/** A device's "no" (Modbus Application Protocol 1.1b3, 7). */
record Refusal(int code) {

    static final int ILLEGAL_FUNCTION = 1;
    static final int ILLEGAL_ADDRESS = 2;

    private static final class Cause extends Exception {
        private static final long serialVersionUID = 1L;
        private final int code;

        Cause(int code) {
            super("exception " + code, null, false, false);
            this.code = code;
        }
    }

    DriverException exception(String about) {
        return new DriverException(DriverException.Kind.REFUSED, about + meaning() + " (exception " + code + ")", new Cause(code));
    }

    /** The code of a refusal that {@link #exception} made; -1 of anything else. */
    static int code(DriverException exception) {
        return exception.getCause() instanceof Cause refusal ? refusal.code : -1;
    }

    private String meaning() {
        return switch (code) {
            case ILLEGAL_FUNCTION -> "the device does not know this function";
            case ILLEGAL_ADDRESS -> "the device has no such address";
            case 3 -> "the device does not accept this value";
            case 4 -> "the device failed";
            case 5 -> "the device needs more time";
            case 6 -> "the device is busy";
            case 8 -> "the device's memory is damaged";
            case 10 -> "the gateway has no path to the unit";
            case 11 -> "the unit behind the gateway does not answer";
            default -> "the device refused";
        };
    }
}
