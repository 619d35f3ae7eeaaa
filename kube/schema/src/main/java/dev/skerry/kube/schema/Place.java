package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A value, the field it stands in, and the list that its faults go to. Missing members are places too, so that rules can be written
 * down without asking at each step.
 */
record Place(JsonNode value, String path, List<Cause> causes) {

    static Place of(ObjectNode object, List<Cause> causes) {
        return new Place(object, "", causes);
    }

    Place get(String name) {
        return new Place(value.path(name), Json.join(path, name), causes);
    }

    Place get(String first, String... more) {
        Place at = get(first);
        for (String name : more) {
            at = at.get(name);
        }
        return at;
    }

    /** The same value under another field, where upstream names a field otherwise than the object does. */
    Place named(String field) {
        return new Place(value, field, causes);
    }

    Place key(String key) {
        return new Place(value.path(key), path + "[" + key + "]", causes);
    }

    Place item(int i) {
        return new Place(i < value.size() ? value.get(i) : MissingNode.getInstance(), Json.index(path, i), causes);
    }

    List<Place> items() {
        List<Place> items = new ArrayList<>();
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            items.add(item(i));
        }
        return items;
    }

    boolean given() {
        return !value.isMissingNode() && !value.isNull();
    }

    /** Missing, or an empty text, list or object. */
    boolean blank() {
        return !given() || value.isContainerNode() && value.isEmpty() || value.isTextual() && value.asText().isEmpty();
    }

    String text() {
        return value.asText("");
    }

    long number() {
        return value.asLong();
    }

    boolean flag() {
        return value.asBoolean();
    }

    boolean is(String text) {
        return text().equals(text);
    }

    boolean in(String... texts) {
        return Arrays.asList(texts).contains(text());
    }

    boolean has(String name) {
        return get(name).given();
    }

    List<String> texts() {
        List<String> texts = new ArrayList<>();
        value.forEach(v -> texts.add(v.asText()));
        return texts;
    }

    Optional<BigDecimal> amount() {
        return given() ? Quantity.parse(text()) : Optional.empty();
    }

    // ---- faults

    void required() {
        required("");
    }

    void required(String detail) {
        causes.add(Cause.required(path, detail));
    }

    /** The value as JSON, null if it is missing. */
    void invalid(String detail) {
        invalidAs(given() ? value.toString() : "null", detail);
    }

    /** For members that are a text even when they are missing. */
    void invalidText(String detail) {
        invalidAs(Names.quote(text()), detail);
    }

    /** For members that are a number even when they are missing. */
    void invalidNumber(String detail) {
        invalidAs(value.isNumber() ? value.toString() : "0", detail);
    }

    void invalidAs(String shown, String detail) {
        causes.add(Cause.invalid(path, shown, detail));
    }

    void invalidAll(List<String> details) {
        details.forEach(this::invalidText);
    }

    void forbidden(String detail) {
        causes.add(Cause.forbidden(path, detail));
    }

    void duplicate() {
        causes.add(Cause.duplicate(path, given() ? value.toString() : "\"\""));
    }

    void duplicate(String shown) {
        causes.add(Cause.duplicate(path, shown));
    }

    void notFound() {
        causes.add(new Cause("FieldValueNotFound", "Not found: " + Names.quote(text()), path));
    }

    void notSupported(String... allowed) {
        causes.add(Cause.notSupported(path, value.isNumber() || value.isBoolean() ? value.toString() : Names.quote(text()), List.of(allowed)));
    }

    void tooLong(int most) {
        causes.add(new Cause("FieldValueTooLong", "Too long: may not be more than " + most + " bytes", path));
    }

    void tooMany(int most) {
        causes.add(new Cause("FieldValueTooMany", "Too many: " + value.size() + ": must have at most " + most + " items", path));
    }

    // ---- rules that recur

    /** If there is a text, it is one of these. */
    void oneOf(String... allowed) {
        if (given() && !text().isEmpty() && !in(allowed)) {
            notSupported(allowed);
        }
    }

    /** There is a text, and it is one of these. */
    void mustBeOneOf(String... allowed) {
        if (text().isEmpty()) {
            required();
        } else {
            oneOf(allowed);
        }
    }

    boolean must() {
        if (blank()) {
            required();
            return false;
        }
        return true;
    }

    void notNegative() {
        if (given() && number() < 0) {
            invalid("must be greater than or equal to 0");
        }
    }

    void between(long least, long most) {
        if (given() && (number() < least || number() > most)) {
            invalid("must be between " + least + " and " + most + ", inclusive");
        }
    }

    void label() {
        invalidAll(Names.label(text()));
    }

    void subdomain() {
        invalidAll(Names.subdomain(text()));
    }

    void qualified() {
        invalidAll(Names.qualified(text()));
    }

    void labels() {
        causes.addAll(Names.labels(value, path));
    }

    void ip() {
        if (Address.parse(text()).isEmpty()) {
            invalidText("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        } else if (text().matches("(.*\\.)?0[0-9].*") && !text().contains(":")) {
            invalidText("must not have leading 0s");
        }
    }

    /** A valid range of addresses; whether it is one. */
    boolean cidr() {
        boolean valid = Address.range(text()).isPresent();
        if (!valid) {
            invalidText("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        }
        return valid;
    }

    void portNumber() {
        if (number() < 1 || number() > 65_535) {
            invalidNumber("must be between 1 and 65535, inclusive");
        }
    }

    void portName() {
        invalidAll(Forms.portName(text()));
    }

    /** A port by its number or by its name. */
    void port() {
        if (value.isTextual()) {
            portName();
        } else {
            portNumber();
        }
    }

    /** Has not changed against an older value. */
    void fixed(Place old) {
        if (!Json.same(normal(value), normal(old.value))) {
            invalid("field is immutable");
        }
    }

    boolean same(Place old) {
        return Json.same(normal(value), normal(old.value));
    }

    private static JsonNode normal(JsonNode value) {
        return value.isNull() || value.isContainerNode() && value.isEmpty() ? MissingNode.getInstance() : value;
    }
}
