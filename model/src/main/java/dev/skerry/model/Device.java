package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;

/** A physical device. The user owns the spec; only the device reconciler writes the status. */
@Group(Kinds.GROUP)
@Version(Kinds.VERSION)
@ShortNames("dev")
@AdditionalPrinterColumn(name = "MODEL", jsonPath = ".spec.model", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "STATE", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "GOOD", jsonPath = ".status.points.good", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "BAD", jsonPath = ".status.points.bad", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "ENDPOINT", jsonPath = ".spec.endpoint", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = AdditionalPrinterColumn.Type.DATE)
public final class Device extends CustomResource<DeviceSpec, DeviceStatus> implements Namespaced {}
