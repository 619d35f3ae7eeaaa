/** Keys, certificate authorities, certificates and signing requests. */
@NullMarked
package dev.skerry.kube.pki;

import org.jspecify.annotations.NullMarked;
