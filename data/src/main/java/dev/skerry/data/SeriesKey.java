package dev.skerry.data;

/** Names a series at the place where it was measured. {@code site} is empty at the site itself. */
public record SeriesKey(String site, String namespace, String device, String property) {}
