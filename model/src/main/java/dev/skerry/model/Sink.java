package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;

/** A way out for readings. Without one a site with a parent sends everything to its parent. */
@Group(Kinds.GROUP)
@Version(Kinds.VERSION)
@ShortNames("sk")
@AdditionalPrinterColumn(name = "SELECT", jsonPath = ".spec.select", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "STATE", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "BEHIND", jsonPath = ".status.behind", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = AdditionalPrinterColumn.Type.DATE)
public final class Sink extends CustomResource<SinkSpec, SinkStatus> implements Namespaced {}
