package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;

/** What a parent wants of its sites: manifests, where to, and how to roll them out. */
@Group(Kinds.GROUP)
@Version(Kinds.VERSION)
@ShortNames("ap")
@AdditionalPrinterColumn(name = "STATE", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "REVISION", jsonPath = ".status.revision", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "OK", jsonPath = ".status.sites.ok", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "SITES", jsonPath = ".status.sites.total", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "MESSAGE", jsonPath = ".status.message", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = AdditionalPrinterColumn.Type.DATE)
public final class App extends CustomResource<AppSpec, AppStatus> implements Namespaced {}
