/** What a kind is: types, defaults, patches, server-side apply, validation. Pure functions over JSON trees. */
@NullMarked
package dev.skerry.kube.schema;

import org.jspecify.annotations.NullMarked;
