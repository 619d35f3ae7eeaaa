package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;

/** What a sort of device can tell and be told. */
@Group(Kinds.GROUP)
@Version(Kinds.VERSION)
@ShortNames("dm")
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = AdditionalPrinterColumn.Type.DATE)
public final class DeviceModel extends CustomResource<DeviceModelSpec, DeviceModelStatus> implements Namespaced {}
