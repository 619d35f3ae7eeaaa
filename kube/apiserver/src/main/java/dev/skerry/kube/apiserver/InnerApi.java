package dev.skerry.kube.apiserver;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The API for those inside the process: no socket, no TLS, no HTTP. All else is as for others: what comes this way is authorized, admitted, counted and
 * audited.
 */
public interface InnerApi {

    /**
     * Answers one request on the calling thread, which waits for the store, and for the reader of a stream such as a watch; returns when the answer is
     * whole. Nobody cuts it short: who can wait no longer refuses what is written to his reply.
     */
    void serve(Request request, Reply reply);

    /**
     * A request, as HTTP would carry it.
     *
     * @param target path and query, encoded
     * @param headers of any case; who asks is not among them
     * @param body empty for none; not changed by anybody from now on
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Request(String method, String target, Map<String, List<String>> headers, byte[] body) {}

    /** Takes the answer, on the thread that asked. */
    interface Reply {

        /** Comes first, and once. @param headers in small letters */
        void begin(int status, Map<String, List<String>> headers);

        /**
         * A part of the body; of a watch one or several whole events. May wait for the reader: a watch whose reader is too slow ends like that of a slow
         * client outside.
         *
         * @throws IOException if the reader has gone, and the rest is not wanted
         */
        void write(byte[] bytes) throws IOException;
    }
}
