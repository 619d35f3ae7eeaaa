package dev.skerry.streams.functions;

import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The functions that a rule may call, by name. Immutable; names ignore case. */
public final class FunctionTable {

    private final Map<String, Function> functions;

    private FunctionTable(Map<String, Function> functions) {
        this.functions = Collections.unmodifiableMap(functions);
    }

    /** Everything that Skerry has, with numbers that are right: an average of integers is a float, a sum that leaves the integers becomes a float. */
    public static FunctionTable standard() {
        return Standard.RIGHT;
    }

    /** The same with eKuiper's numbers, for imported rules: averages of integers are cut off, sums wrap around. */
    public static FunctionTable ekuiper() {
        return Standard.AS_EKUIPER;
    }

    /** The function of that name, or null. */
    public @Nullable Function find(String name) {
        var found = functions.get(name);
        return found != null ? found : functions.get(name.toLowerCase(Locale.ROOT));
    }

    /** This table and one function more, which hides another of the same name: how a site adds its own. */
    public FunctionTable with(Function added) {
        var copy = new TreeMap<>(functions);
        copy.put(added.name().toLowerCase(Locale.ROOT), added);
        return new FunctionTable(copy);
    }

    /** All functions, by name. */
    public Collection<Function> all() {
        return functions.values();
    }

    /** Built when first asked for. */
    private static final class Standard {
        static final FunctionTable RIGHT = build(false);
        static final FunctionTable AS_EKUIPER = build(true);

        static FunctionTable build(boolean asEkuiper) {
            var catalogue = new Catalogue(asEkuiper);
            MathFunctions.addTo(catalogue);
            TextFunctions.addTo(catalogue);
            TimeFunctions.addTo(catalogue);
            ArrayFunctions.addTo(catalogue);
            ObjectFunctions.addTo(catalogue);
            Conversions.addTo(catalogue);
            HashFunctions.addTo(catalogue);
            MiscFunctions.addTo(catalogue);
            AggregateFunctions.addTo(catalogue);
            AnalyticFunctions.addTo(catalogue);
            RowFunctions.addTo(catalogue);
            Forest.addTo(catalogue);
            TrendFunctions.addTo(catalogue);
            Moments.addTo(catalogue);
            Spectrum.addTo(catalogue);
            GeoFunctions.addTo(catalogue);
            UnitFunctions.addTo(catalogue);
            return new FunctionTable(catalogue.functions());
        }
    }
}
