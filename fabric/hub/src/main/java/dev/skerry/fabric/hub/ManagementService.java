package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.wire.Frame;
import dev.skerry.fabric.link.wire.ManagementGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Where sites hang on. */
final class ManagementService extends ManagementGrpc.ManagementImplBase {

    private final SiteSession.Context shared;

    ManagementService(SiteSession.Context shared) {
        this.shared = shared;
    }

    @Override
    public StreamObserver<Frame> link(StreamObserver<Frame> answers) {
        return new SiteSession(SitePeer.HERE.get(), (ServerCallStreamObserver<Frame>) answers, shared).link();
    }
}
