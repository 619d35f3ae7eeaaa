/** Skerry's resource kinds, and nothing else. The CustomResourceDefinitions in {@code META-INF/fabric8} are generated from them. */
@NullMarked
package dev.skerry.model;

import org.jspecify.annotations.NullMarked;
