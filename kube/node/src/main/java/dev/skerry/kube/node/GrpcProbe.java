package dev.skerry.kube.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks {@code grpc.health.v1.Health/Check}. */
final class GrpcProbe {

    private static final int SERVING = 1;
    private static final String[] STATES = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
    /** The name of a service there, the number of a state back. */
    private static final MethodDescriptor<String, Integer> CHECK = MethodDescriptor.<String, Integer>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("grpc.health.v1.Health/Check")
            .setRequestMarshaller(new Name())
            .setResponseMarshaller(new State())
            .build();

    private final EventLoopGroup loop;

    /** @param loop stays the caller's */
    GrpcProbe(EventLoopGroup loop) {
        this.loop = loop;
    }

    /** Empty if it serves, else what was seen, in the kubelet's words. */
    Optional<String> ask(String host, int port, String service, Duration most) {
        var address = host + ":" + port;
        ManagedChannel channel = NettyChannelBuilder.forAddress(new InetSocketAddress(host, port))
                .channelType(NioSocketChannel.class).eventLoopGroup(loop).directExecutor().userAgent("kube-probe/1.36").usePlaintext().build();
        try {
            int state = ClientCalls.blockingUnaryCall(channel, CHECK, CallOptions.DEFAULT.withDeadlineAfter(most.toMillis(), TimeUnit.MILLISECONDS), service);
            return state == SERVING ? Optional.empty() : Optional.of("service unhealthy (responded with \"" + (state >= 0 && state < STATES.length ? STATES[state] : state) + "\")");
        } catch (StatusRuntimeException e) {
            var code = e.getStatus().getCode();
            if (code == Status.Code.UNIMPLEMENTED) {
                return Optional.of("error: this server does not implement the grpc health protocol (grpc.health.v1.Health): " + e.getStatus().getDescription());
            }
            if (code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED) {
                return Optional.of("timeout: failed to connect service \"" + address + "\" within " + most.toSeconds() + "s: context deadline exceeded");
            }
            return Optional.of("error: health rpc probe failed: rpc error: code = " + Cri.code(e) + " desc = " + e.getStatus().getDescription());
        } finally {
            channel.shutdownNow();
        }
    }

    private static final class Name implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String service) {
            try {
                var bytes = new ByteArrayOutputStream();
                var out = CodedOutputStream.newInstance(bytes);
                if (!service.isEmpty()) {
                    out.writeBytes(1, ByteString.copyFromUtf8(service));
                }
                out.flush();
                return new ByteArrayInputStream(bytes.toByteArray());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String parse(InputStream stream) {
            throw new UnsupportedOperationException("only asked");
        }
    }

    private static final class State implements MethodDescriptor.Marshaller<Integer> {
        @Override
        public InputStream stream(Integer state) {
            throw new UnsupportedOperationException("only answered");
        }

        @Override
        public Integer parse(InputStream stream) {
            try {
                var in = CodedInputStream.newInstance(stream);
                int state = 0;
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    if (WireFormat.getTagFieldNumber(tag) == 1) {
                        state = in.readEnum();
                    } else {
                        in.skipField(tag);
                    }
                }
                return state;
            } catch (IOException e) {
                throw Status.INTERNAL.withDescription("no health check answer").withCause(e).asRuntimeException();
            }
        }
    }
}
