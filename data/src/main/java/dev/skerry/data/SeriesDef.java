package dev.skerry.data;

/** What a log or a chunk says once about a series: its name at the site, and how its values are to be read. */
record SeriesDef(SeriesKey key, String model, ValueType type, String unit) {

    private static final ValueType[] TYPES = ValueType.values();

    void write(Output out) {
        out.text(key.namespace());
        out.text(key.device());
        out.text(key.property());
        out.text(model);
        out.u8(type.ordinal());
        out.text(unit);
    }

    static SeriesDef read(Input in) throws DamagedException {
        var key = new SeriesKey("", in.text(), in.text(), in.text());
        String model = in.text();
        int type = in.u8();
        if (type >= TYPES.length) {
            throw new DamagedException("type: " + type + " (expected: 0-" + (TYPES.length - 1) + ")");
        }
        return new SeriesDef(key, model, TYPES[type], in.text());
    }
}
