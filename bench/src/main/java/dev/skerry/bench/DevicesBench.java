package dev.skerry.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Devices: readings a second with memory and CPU, writes against polls, requests saved, connections that come and go. */
final class DevicesBench implements Bench {

    @Override
    public String name() {
        return "devices";
    }

    @Override
    public String about() {
        return "Modbus tags a second, memory, writes while polling, merging, reconnects (about two minutes)";
    }

    @Override
    public Map<String, Long> options() {
        return Map.of("devices", 1_000L, "tags", 100L, "seconds", 15L, "writes", 1_000L, "reconnects", 10_000L);
    }

    @Override
    public List<Part> parts(Path folder, Map<String, Long> options) {
        int devices = number(options, "devices");
        int tags = number(options, "tags");
        int seconds = number(options, "seconds");
        return List.of(
                new Part(devices + " devices of " + tags + " tags, each a second", f -> DeviceLoad.read(devices, tags, seconds, "", f)),
                new Part("a tenth of them", f -> DeviceLoad.read(Math.max(1, devices / 10), tags, Math.max(1, seconds / 2), "Tenth", f)),
                new Part("writes at full poll rate", f -> DeviceLoad.write(number(options, "writes"), true, "write", f)),
                new Part("the same without going before polls", f -> DeviceLoad.write(number(options, "writes"), false, "writeUnpreempted", f)),
                new Part("connections that break", f -> DeviceLoad.reconnect(number(options, "reconnects"), f)));
    }

    private static int number(Map<String, Long> options, String name) {
        return Math.toIntExact(options.getOrDefault(name, 1L));
    }
}
