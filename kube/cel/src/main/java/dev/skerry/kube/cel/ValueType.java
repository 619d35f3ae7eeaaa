package dev.skerry.kube.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;

/** The type of an expression or of a variable. */
public final class ValueType {
    public static final ValueType BOOL = new ValueType(SimpleType.BOOL);
    public static final ValueType INT = new ValueType(SimpleType.INT);
    public static final ValueType STRING = new ValueType(SimpleType.STRING);
    public static final ValueType NULL = new ValueType(SimpleType.NULL_TYPE);
    public static final ValueType DYN = new ValueType(SimpleType.DYN);
    /** The {@link Authorizer} of a request. */
    public static final ValueType AUTHORIZER = new ValueType(AuthorizerFunctions.AUTHORIZER);
    /** A question that names its resource already, see {@link CelEnvironment#asked}. */
    public static final ValueType RESOURCE_CHECK = new ValueType(AuthorizerFunctions.RESOURCE);

    private final CelType type;

    ValueType(CelType type) {
        this.type = type;
    }

    CelType type() {
        return type;
    }

    /** Whether values are of this type; dyn is only dyn. */
    public boolean is(ValueType other) {
        return type.equals(other.type);
    }

    public boolean isList() {
        return type instanceof ListType;
    }

    /** As upstream writes it, such as {@code list(string)}. */
    public String name() {
        return name(type);
    }

    private static String name(CelType type) {
        return switch (type) {
            case ListType list -> "list(" + name(list.elemType()) + ")";
            case MapType map -> "map(" + name(map.keyType()) + ", " + name(map.valueType()) + ")";
            case OptionalType optional -> "optional_type(" + name(optional.parameters().getFirst()) + ")";
            case OpaqueType opaque -> opaque.name();
            default -> type.name();
        };
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof ValueType t && is(t);
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }

    @Override
    public String toString() {
        return name();
    }
}
