package dev.skerry.model;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;

/** Lets machines enrol as sites. Only a hash of the token is kept. */
@Group(Kinds.GROUP)
@Version(Kinds.VERSION)
@ShortNames("jt")
@AdditionalPrinterColumn(name = "EXPIRES", jsonPath = ".spec.expiresAt", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "USES LEFT", jsonPath = ".status.usesLeft", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "AGE", jsonPath = ".metadata.creationTimestamp", type = AdditionalPrinterColumn.Type.DATE)
public final class JoinToken extends CustomResource<JoinTokenSpec, JoinTokenStatus> {}
