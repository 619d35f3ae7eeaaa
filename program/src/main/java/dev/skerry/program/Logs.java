package dev.skerry.program;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/** Logs go to standard error, one line each, info and above; libraries only from warning on. */
final class Logs {

    private static final String SETTINGS = """
            handlers = java.util.logging.ConsoleHandler
            java.util.logging.ConsoleHandler.level = ALL
            java.util.logging.SimpleFormatter.format = %1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n
            .level = WARNING
            dev.skerry.level = INFO
            io.helidon.webserver.LoomServer.level = OFF
            io.grpc.netty.NettyServerHandler.level = SEVERE
            io.netty.bootstrap.level = SEVERE
            io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils.level = SEVERE
            """;

    private Logs() {}

    static void configure() {
        try {
            LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(SETTINGS.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
