package dev.skerry.program;

import dev.skerry.kube.apiserver.InnerApi;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request of fabric8's client to the API in this process, on a thread of its own, and its answer, which the reader asks for part by part. At most one
 * part waits for the reader; before the next the API waits.
 */
final class InnerExchange implements InnerApi.Reply, AsyncBody {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StandardHttpRequest request;
    private final AsyncBody.Consumer<List<ByteBuffer>> consumer;
    private final CompletableFuture<HttpResponse<AsyncBody>> answer = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition taken = lock.newCondition();
    private long wanted;
    private byte @Nullable [] waiting;
    private boolean delivering;
    private boolean whole;
    private boolean gone;

    InnerExchange(StandardHttpRequest request, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        this.request = request;
        this.consumer = consumer;
    }

    CompletableFuture<HttpResponse<AsyncBody>> answer() {
        return answer;
    }

    void run(InnerApi api) {
        try {
            api.serve(asked(), this);
            end();
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private InnerApi.Request asked() throws IOException {
        var headers = new HashMap<String, List<String>>(request.headers());
        if (request.getContentType() != null) {
            headers.put("content-type", List.of(request.getContentType()));
        }
        var uri = request.uri();
        var target = uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
        return new InnerApi.Request(request.method(), target, headers, sent());
    }

    private byte[] sent() throws IOException {
        var body = request.body();
        return switch (body) {
            case null -> new byte[0];
            case StandardHttpRequest.StringBodyContent text -> text.getContent().getBytes(StandardCharsets.UTF_8);
            case StandardHttpRequest.ByteArrayBodyContent bytes -> bytes.getContent();
            case StandardHttpRequest.InputStreamBodyContent stream -> stream.getContent().readAllBytes();
            default -> throw new IOException("body: " + body.getClass().getName() + " (expected: text, bytes or a stream)");
        };
    }

    @Override
    public void begin(int status, Map<String, List<String>> headers) {
        answer.complete(new InnerHttpResponse(request, status, headers, this));
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        lock.lock();
        try {
            var left = PATIENCE.toNanos();
            while (waiting != null && !gone) {
                if (left <= 0) {
                    throw slow();
                }
                left = taken.awaitNanos(left);
            }
            if (gone) {
                throw new IOException("the reader has gone");
            }
            waiting = bytes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
        deliver();
    }

    private IOException slow() {
        var slow = new IOException("the reader has not read for " + PATIENCE.toSeconds() + " s");
        fail(slow);
        return slow;
    }

    /** Hands over what waits, as long as it is wanted; on one thread at a time. */
    private void deliver() {
        while (true) {
            byte[] next;
            lock.lock();
            try {
                if (delivering || gone) {
                    return;
                }
                if (waiting == null || wanted == 0) {
                    if (waiting == null && whole) {
                        break;
                    }
                    return;
                }
                next = waiting;
                waiting = null;
                wanted--;
                delivering = true;
                taken.signalAll();
            } finally {
                lock.unlock();
            }
            try {
                consumer.consume(List.of(ByteBuffer.wrap(next)), this);
            } catch (Exception e) {
                // The edge to the reader's code: what goes wrong there ends his reading.
                fail(e);
            } finally {
                change(() -> delivering = false);
            }
        }
        done.complete(null);
    }

    private void end() {
        change(() -> whole = true);
        deliver();
    }

    private void fail(Exception why) {
        leave();
        answer.completeExceptionally(why);
        done.completeExceptionally(why);
    }

    private void leave() {
        change(() -> {
            gone = true;
            waiting = null;
            taken.signalAll();
        });
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void consume() {
        change(() -> wanted++);
        deliver();
    }

    @Override
    public CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public void cancel() {
        leave();
        done.cancel(false);
    }

    /** The client is closed: whoever waits for an answer hears of it. */
    void close() {
        fail(new IllegalStateException(request.method() + " " + request.uri().getPath() + ": the client has been closed"));
    }
}
