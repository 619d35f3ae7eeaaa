package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;

/** What decides: a SELECT over the readings of a model's devices, and what to do with each row that it gives. */
@Group(Kinds.GROUP)
@Version(Kinds.VERSION)
@ShortNames("ru")
@AdditionalPrinterColumn(name = "STATE", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "IN", jsonPath = ".status.rowsIn", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "OUT", jsonPath = ".status.rowsOut", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "MESSAGE", jsonPath = ".status.message", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = AdditionalPrinterColumn.Type.DATE)
public final class Rule extends CustomResource<RuleSpec, RuleStatus> implements Namespaced {}
