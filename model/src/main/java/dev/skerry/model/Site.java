package dev.skerry.model;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;

/** A place with a control plane of its own below this one. Enrolment makes it; the operator owns labels and spec. */
@Group(Kinds.GROUP)
@Version(Kinds.VERSION)
@ShortNames("st")
@AdditionalPrinterColumn(name = "STATE", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "LINK", jsonPath = ".status.link.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "VERSION", jsonPath = ".status.version", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "APPS", jsonPath = ".status.apps.text", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "LAST SEEN", jsonPath = ".status.link.lastSeen", type = AdditionalPrinterColumn.Type.DATE)
public final class Site extends CustomResource<SiteSpec, SiteStatus> {}
