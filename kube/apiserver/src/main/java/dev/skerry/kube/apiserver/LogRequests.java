package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the log of one of a Pod's containers. */
record LogRequests(Optional<PodLogs> logs, InstantSource clock) {

    void serve(Call call, ObjectNode pod) throws Failure {
        var options = options(call);
        var container = PodContainers.chosen(call.query("container"), pod.path("spec"), call.target().name());
        if (pod.path("spec").path("nodeName").asText("").isEmpty()) {
            // Nothing has run yet, so nothing was said.
            call.response().status(Status.NO_CONTENT_204).send();
            return;
        }
        var source = logs.orElseThrow(() -> Failure.badRequest("this server has no node (expected: runtime.enabled: true)"));
        var out = new Lazy(call.response());
        try {
            source.write(call.target().namespace(), call.target().name(), container, options, out);
            out.close();
        } catch (IOException e) {
            throw Failure.badRequest(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PodLogs.Options options(Call call) throws Failure {
        var causes = new ArrayList<Cause>();
        var tail = number(call, "tailLines", 0, "must be greater than or equal to 0", causes);
        var since = number(call, "sinceSeconds", 1, "must be greater than 0", causes);
        var limit = number(call, "limitBytes", 1, "must be greater than 0", causes);
        if (!call.query("sinceSeconds").isEmpty() && !call.query("sinceTime").isEmpty()) {
            causes.add(new Cause("FieldValueForbidden", "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified", "[]"));
        }
        if (call.request().query().contains("stream")) {
            // Upstream lets streams be told apart only behind a gate that is closed.
            causes.add(new Cause("FieldValueForbidden", "Forbidden: may not be specified", "stream"));
        }
        var sinceTime = call.query("sinceTime").isEmpty() ? Optional.<Instant>empty() : Optional.of(time(call.query("sinceTime")));
        if (!causes.isEmpty()) {
            throw Failure.invalid("", "PodLogOptions", call.target().name(), causes);
        }
        return new PodLogs.Options(call.flag("follow"), call.flag("previous"), call.flag("timestamps"), tail, since < 0 ? sinceTime : Optional.of(clock.instant().minusSeconds(since)), limit);
    }

    private static Instant time(String text) throws Failure {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw Failure.badRequest("parsing time " + GoText.quoted(text) + " as \"2006-01-02T15:04:05Z07:00\": cannot parse " + GoText.quoted(text) + " as \"2006\"");
        }
    }

    private static long number(Call call, String name, long least, String said, List<Cause> causes) throws Failure {
        var text = call.query(name);
        if (text.isEmpty()) {
            return -1;
        }
        if (!text.matches("-?[0-9]{1,18}")) {
            throw Failure.badRequest("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
        var value = Long.parseLong(text);
        if (value < least) {
            causes.add(new Cause("FieldValueInvalid", "Invalid value: " + value + ": " + said, name));
        }
        return value;
    }

    /** Begins the answer with its first byte, so that a fault before it can still be told. */
    private static final class Lazy extends OutputStream {

        private final ServerResponse response;
        private @Nullable OutputStream out;

        Lazy(ServerResponse response) {
            this.response = response;
        }

        private OutputStream out() {
            var open = out;
            if (open == null) {
                response.header(HeaderNames.CONTENT_TYPE, "text/plain");
                open = response.outputStream();
                out = open;
            }
            return open;
        }

        @Override
        public void write(int b) throws IOException {
            out().write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out().write(bytes, from, length);
        }

        @Override
        public void flush() throws IOException {
            if (out != null) {
                out.flush();
            }
        }

        @Override
        public void close() throws IOException {
            out().close();
        }
    }
}
