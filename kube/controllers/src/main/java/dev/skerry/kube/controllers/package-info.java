/** The controllers of the standard kinds. */
@NullMarked
package dev.skerry.kube.controllers;

import org.jspecify.annotations.NullMarked;
