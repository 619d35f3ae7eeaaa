package dev.skerry.kube.controllers;

import java.time.InstantSource;

/**
 * What the controllers are given.
 *
 * @param authorityPem the certificate authority of the API, in PEM, which every namespace shows to its Pods
 * @param clock what the time is; waiting does not ask it
 */
public record ControllersConfig(String authorityPem, InstantSource clock) {}
