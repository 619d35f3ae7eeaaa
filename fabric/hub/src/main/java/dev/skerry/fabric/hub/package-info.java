/** The parent's side: enrolment, placement, Works down, status up, readings in. */
@NullMarked
package dev.skerry.fabric.hub;

import org.jspecify.annotations.NullMarked;
