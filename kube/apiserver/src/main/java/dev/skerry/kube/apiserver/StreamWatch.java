package dev.skerry.kube.apiserver;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Pings a client, and ends the reading when nothing was heard of it for long: a line that was cut says nothing by itself. */
final class StreamWatch implements AutoCloseable {
    private static final Duration PING = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final Thread reader = Thread.currentThread();
    private final Thread watching;

    StreamWatch(WebSocketFrames frames) {
        watching = Thread.ofVirtual().name("stream-watch").start(() -> watch(frames));
    }

    private void watch(WebSocketFrames frames) {
        try {
            while (System.nanoTime() - frames.heard() < SILENCE.toNanos()) {
                TimeUnit.NANOSECONDS.sleep(PING.toNanos());
                frames.ping();
            }
            reader.interrupt();
        } catch (IOException e) {
            reader.interrupt();
        } catch (InterruptedException e) {
            // The stream has ended.
            return;
        }
    }

    @Override
    public void close() {
        watching.interrupt();
        PodConnections.join(watching);
    }
}
