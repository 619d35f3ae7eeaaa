package dev.skerry.kube.cel;

import static dev.skerry.kube.cel.Library.classes;
import static dev.skerry.kube.cel.Library.types;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.skerry.kube.schema.Quantity;
import java.math.BigDecimal;
import java.util.List;

/** Quantities and semantic versions. */
final class AmountFunctions {
    private static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");
    private static final CelType SEMVER = OpaqueType.create("kubernetes.Semver");

    /** Equal amounts are equal, however written. */
    record Amount(BigDecimal number) {
        Amount(BigDecimal number) {
            this.number = number.stripTrailingZeros();
        }
    }

    private AmountFunctions() {}

    static void addTo(Library library) {
        quantities(library);
        versions(library);
    }

    private static void quantities(Library library) {
        library.global("quantity", "string_to_quantity", QUANTITY, types(SimpleType.STRING), classes(String.class), args -> new Amount(Quantity.parse((String) args[0]).orElseThrow(
                () -> new CelFault("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"))));
        library.global("isQuantity", "is_quantity_string", SimpleType.BOOL, types(SimpleType.STRING), classes(String.class), args -> Quantity.parse((String) args[0]).isPresent());
        library.member("sign", "quantity_sign", SimpleType.INT, types(QUANTITY), classes(Amount.class), args -> (long) number(args[0]).signum());
        List<CelType> two = types(QUANTITY, QUANTITY);
        List<Class<?>> both = classes(Amount.class, Amount.class);
        library.member("isGreaterThan", "quantity_is_greater_than", SimpleType.BOOL, two, both, args -> number(args[0]).compareTo(number(args[1])) > 0);
        library.member("isLessThan", "quantity_is_less_than", SimpleType.BOOL, two, both, args -> number(args[0]).compareTo(number(args[1])) < 0);
        library.member("compareTo", "quantity_compare_to", SimpleType.INT, two, both, args -> (long) number(args[0]).compareTo(number(args[1])));
        library.member("asApproximateFloat", "quantity_get_float", SimpleType.DOUBLE, types(QUANTITY), classes(Amount.class), args -> number(args[0]).doubleValue());
        library.member("isInteger", "quantity_is_integer", SimpleType.BOOL, types(QUANTITY), classes(Amount.class), args -> whole(number(args[0])));
        library.member("asInteger", "quantity_get_int", SimpleType.INT, types(QUANTITY), classes(Amount.class), args -> {
            if (!whole(number(args[0]))) {
                throw new CelFault("cannot convert value to integer");
            }
            return number(args[0]).longValueExact();
        });
        library.member("add", "quantity_add", QUANTITY, two, both, args -> new Amount(number(args[0]).add(number(args[1]))));
        library.member("sub", "quantity_sub", QUANTITY, two, both, args -> new Amount(number(args[0]).subtract(number(args[1]))));
        List<CelType> withInt = types(QUANTITY, SimpleType.INT);
        library.member("add", "quantity_add_int", QUANTITY, withInt, classes(Amount.class, Long.class), args -> new Amount(number(args[0]).add(BigDecimal.valueOf((Long) args[1]))));
        library.member("sub", "quantity_sub_int", QUANTITY, withInt, classes(Amount.class, Long.class), args -> new Amount(number(args[0]).subtract(BigDecimal.valueOf((Long) args[1]))));
    }

    private static BigDecimal number(Object amount) {
        return ((Amount) amount).number;
    }

    private static boolean whole(BigDecimal number) {
        return number.scale() <= 0 && number.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
    }

    private static void versions(Library library) {
        library.global("semver", "string_to_semver", SEMVER, types(SimpleType.STRING), classes(String.class), args -> Semver.of((String) args[0]));
        library.global("semver", "string_bool_to_semver", SEMVER, types(SimpleType.STRING, SimpleType.BOOL), classes(String.class, Boolean.class),
                args -> Semver.of(written((String) args[0], (Boolean) args[1])));
        library.global("isSemver", "is_semver_string", SimpleType.BOOL, types(SimpleType.STRING), classes(String.class), args -> Semver.parse((String) args[0]).isPresent());
        library.global("isSemver", "is_semver_string_bool", SimpleType.BOOL, types(SimpleType.STRING, SimpleType.BOOL), classes(String.class, Boolean.class),
                args -> Semver.parse(written((String) args[0], (Boolean) args[1])).isPresent());
        List<CelType> two = types(SEMVER, SEMVER);
        List<Class<?>> both = classes(Semver.class, Semver.class);
        library.member("isGreaterThan", "semver_is_greater_than", SimpleType.BOOL, two, both, args -> ((Semver) args[0]).compareTo((Semver) args[1]) > 0);
        library.member("isLessThan", "semver_is_less_than", SimpleType.BOOL, two, both, args -> ((Semver) args[0]).compareTo((Semver) args[1]) < 0);
        library.member("compareTo", "semver_compare_to", SimpleType.INT, two, both, args -> (long) Integer.signum(((Semver) args[0]).compareTo((Semver) args[1])));
        library.member("major", "semver_major", SimpleType.INT, types(SEMVER), classes(Semver.class), args -> ((Semver) args[0]).major());
        library.member("minor", "semver_minor", SimpleType.INT, types(SEMVER), classes(Semver.class), args -> ((Semver) args[0]).minor());
        library.member("patch", "semver_patch", SimpleType.INT, types(SEMVER), classes(Semver.class), args -> ((Semver) args[0]).patch());
    }

    private static String written(String text, boolean tolerant) {
        return tolerant ? Semver.complete(text) : text;
    }
}
