package dev.skerry.devices.engine;

/** Names an object of a namespace: a device or a model. */
record DeviceKey(String namespace, String name) {}
