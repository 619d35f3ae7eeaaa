package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Watches one line's bytes before the codec sees them: the library waits out its timeout when the line closes or
 * carries something else, we want to know at once and why. Runs on the event loop.
 */
final class LineGuard extends CombinedChannelDuplexHandler<LineGuard.Answers, LineGuard.Requests> {

    /** Transaction, protocol and length: what precedes the counted bytes (Modbus Messaging on TCP/IP 1.0b, 3.1.3). */
    private static final int HEADER = 6;
    private static final int LENGTH_LEAST = 3;
    private static final int LENGTH_MOST = 254;

    private final CompletableFuture<Void> broken = new CompletableFuture<>();
    private int asked = -1;

    LineGuard() {
        init(new Answers(this), new Requests(this));
    }

    /** Fails with a {@link DriverException} when the line cannot go on. */
    CompletableFuture<Void> broken() {
        return broken;
    }

    @Nullable DriverException fault() {
        return broken.isCompletedExceptionally() && broken.exceptionNow() instanceof DriverException fault ? fault : null;
    }

    /** After the tasks that are waiting, so that an answer that came whole before the fault still counts. */
    private void fail(ChannelHandlerContext context, DriverException.Kind kind, String message) {
        var fault = new DriverException(kind, message);
        if (context.executor().isShuttingDown()) {
            broken.completeExceptionally(fault);
        } else {
            context.executor().execute(() -> broken.completeExceptionally(fault));
        }
    }

    static final class Requests extends ChannelOutboundHandlerAdapter {

        private final LineGuard guard;

        Requests(LineGuard guard) {
            this.guard = guard;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof ByteBuf bytes) {
                guard.asked = bytes.getUnsignedShort(bytes.readerIndex());
            }
            context.write(message, promise);
        }
    }

    static final class Answers extends ByteToMessageDecoder {

        private final LineGuard guard;

        Answers(LineGuard guard) {
            this.guard = guard;
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            if (in.readableBytes() < HEADER) {
                return;
            }
            var transaction = in.getUnsignedShort(in.readerIndex());
            var protocol = in.getUnsignedShort(in.readerIndex() + 2);
            var length = in.getUnsignedShort(in.readerIndex() + 4);
            if (protocol != 0 || length < LENGTH_LEAST || length > LENGTH_MOST) {
                garbage(context, in, "an answer that is not Modbus TCP: protocol " + protocol + ", length " + length
                        + " (expected: protocol 0, length " + LENGTH_LEAST + "-" + LENGTH_MOST + ")");
            } else if (transaction != guard.asked) {
                garbage(context, in, "an answer to transaction " + transaction + " (expected: " + guard.asked + ")");
            } else if (in.readableBytes() >= HEADER + length) {
                out.add(in.readRetainedSlice(HEADER + length));
            }
        }

        private void garbage(ChannelHandlerContext context, ByteBuf in, String message) {
            in.skipBytes(in.readableBytes());
            guard.fail(context, DriverException.Kind.GARBAGE, message);
            context.close();
        }

        @Override
        protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
            super.decodeLast(context, in, out);
            guard.fail(context, DriverException.Kind.CLOSED, in.isReadable()
                    ? "the line was closed after " + in.readableBytes() + " bytes of an answer" : "the line was closed");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            guard.fail(context, DriverException.Kind.CLOSED, "the line broke: " + cause.getMessage());
            context.close();
        }
    }
}
