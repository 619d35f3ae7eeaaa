package dev.skerry.streams.functions;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** Measures in other units. Factors are exact by definition where there is one (BIPM, NIST SP 811). */
final class UnitFunctions {

    /** A unit: what it measures, and how to get to the base unit of that. */
    private record Unit(String quantity, double factor, double offset) {}

    private static final Map<String, Unit> UNITS = new HashMap<>();

    static {
        quantity("length", "m=1 km=1000 cm=0.01 mm=0.001 um=1e-6 nm=1e-9 in=0.0254 ft=0.3048 yd=0.9144 mi=1609.344 nmi=1852");
        quantity("area", "m2=1 km2=1e6 cm2=1e-4 mm2=1e-6 ha=1e4 ft2=0.09290304 in2=0.00064516 acre=4046.8564224");
        quantity("volume", "m3=1 l=0.001 ml=1e-6 cm3=1e-6 ft3=0.028316846592 in3=1.6387064e-5 gal=0.003785411784 gal_uk=0.00454609 bbl=0.158987294928");
        quantity("mass", "kg=1 g=0.001 mg=1e-6 t=1000 lb=0.45359237 oz=0.028349523125");
        quantity("time", "s=1 ms=0.001 us=1e-6 ns=1e-9 min=60 h=3600 d=86400");
        quantity("speed", "m/s=1 km/h=0.2777777777777778 mm/s=0.001 mph=0.44704 kn=0.5144444444444445 ft/s=0.3048 in/s=0.0254");
        quantity("acceleration", "m/s2=1 g0=9.80665 ft/s2=0.3048");
        quantity("force", "N=1 kN=1000 lbf=4.4482216152605 kgf=9.80665");
        quantity("torque", "Nm=1 kNm=1000 lbft=1.3558179483314004 lbin=0.1129848290276167");
        quantity("pressure", "Pa=1 hPa=100 kPa=1000 MPa=1e6 bar=1e5 mbar=100 psi=6894.757293168361 atm=101325 mmHg=133.322387415 inHg=3386.388640341 mmH2O=9.80665");
        quantity("energy", "J=1 kJ=1000 MJ=1e6 Wh=3600 kWh=3.6e6 MWh=3.6e9 cal=4.184 kcal=4184 BTU=1055.05585262");
        quantity("power", "W=1 mW=0.001 kW=1000 MW=1e6 hp=745.6998715822702 PS=735.49875 BTU/h=0.2930710701722222");
        quantity("flow", "m3/s=1 m3/h=0.0002777777777777778 l/s=0.001 l/min=1.6666666666666667e-5 l/h=2.7777777777777776e-7 gpm=6.30901964e-5 cfm=0.0004719474432");
        quantity("frequency", "Hz=1 kHz=1000 MHz=1e6 rpm=0.016666666666666666");
        quantity("angle", "rad=1 deg=0.017453292519943295 grad=0.015707963267948967 turn=6.283185307179586");
        quantity("current", "A=1 mA=0.001 uA=1e-6 kA=1000");
        quantity("voltage", "V=1 mV=0.001 kV=1000");
        quantity("data", "B=1 kB=1000 MB=1e6 GB=1e9 TB=1e12 KiB=1024 MiB=1048576 GiB=1073741824 TiB=1099511627776 bit=0.125");
        quantity("ratio", "1=1 %=0.01 ppm=1e-6 ppb=1e-9");
        UNITS.put("K", new Unit("temperature", 1, 0));
        UNITS.put("C", new Unit("temperature", 1, 273.15));
        UNITS.put("F", new Unit("temperature", 5 / 9.0, 459.67 * 5 / 9));
        UNITS.put("R", new Unit("temperature", 5 / 9.0, 0));
    }

    private UnitFunctions() {}

    static void addTo(Catalogue to) {
        to.pure("convert_unit(number, from, to)", "float", "the measure in another unit, such as psi and bar, or F and C",
                Checks.all(Checks.exactly(3), Checks.number(0), Checks.text(1), Checks.text(2), args -> check(args)), NullRule.NULL,
                args -> convert(Values.number(args[0]), Printed.of(args[1]), Printed.of(args[2])));
    }

    private static void quantity(String name, String units) {
        for (var unit : units.split(" ")) {
            var at = unit.lastIndexOf('=');
            UNITS.put(unit.substring(0, at), new Unit(name, Double.parseDouble(unit.substring(at + 1)), 0));
        }
    }

    /** Names that are written in the statement are checked with it. */
    private static @org.jspecify.annotations.Nullable String check(java.util.List<Argument> args) {
        if (!args.get(1).is(Argument.Shape.STRING) || !args.get(2).is(Argument.Shape.STRING)) {
            return null;
        }
        try {
            convert(0, String.valueOf(args.get(1).value()), String.valueOf(args.get(2).value()));
            return null;
        } catch (FunctionException e) {
            return e.getMessage();
        }
    }

    private static double convert(double value, String from, String to) {
        var source = UNITS.get(from);
        var target = UNITS.get(to);
        if (source == null) {
            throw new FunctionException("unit: " + from + " (expected: one of " + String.join(", ", new TreeSet<>(UNITS.keySet())) + ")");
        }
        if (target == null || !target.quantity().equals(source.quantity())) {
            var fitting = new TreeSet<String>();
            UNITS.forEach((name, unit) -> {
                if (unit.quantity().equals(source.quantity())) {
                    fitting.add(name);
                }
            });
            throw new FunctionException("unit: " + to + " (expected: a unit of " + source.quantity() + ": " + String.join(", ", fitting) + ")");
        }
        return source == target ? value : (value * source.factor() + source.offset() - target.offset()) / target.factor();
    }
}
