package dev.skerry.kube.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.ApplyConflictException;
import dev.skerry.kube.schema.Names;
import dev.skerry.kube.schema.PatchException;
import dev.skerry.kube.schema.Patches;
import dev.skerry.kube.schema.ProtobufWriter;
import dev.skerry.kube.schema.ServerSideApply;
import dev.skerry.kube.schema.Validation;
import dev.skerry.kube.schema.SchemaCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * Every decoder of what comes from outside, fed with anything: it reads it or says what is wrong, and never fails in another way. In the suite with the
 * inputs that are kept beside; for minutes with {@code JAZZER_FUZZ=1 mvn -pl kube/apiserver -am -Dtest='DecodersFuzzTest#json' -Dsurefire.failIfNoSpecifiedTests=false test}, one method at a time.
 */
class DecodersFuzzTest {

    private static final ResourceTypes TYPES = new ResourceTypes(SchemaCatalog.builtIn());
    private static final ResourceType PODS = TYPES.find("", "v1", "pods").orElseThrow();
    private static final String LIVE = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\", \"labels\": {\"a\": \"b\"}}, \"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"i\","
            + " \"ports\": [{\"containerPort\": 80}]}], \"tolerations\": [{\"key\": \"k\"}]}}";

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @FuzzTest(maxDuration = "3m")
    void json(byte[] bytes) {
        try {
            var node = JsonReader.read(bytes).node();
            assertThat(Bodies.JSON.readTree(Bodies.write(node))).isNotNull();
            if (node instanceof ObjectNode object) {
                held(object);
            }
        } catch (IOException e) {
            assertThat(GoJson.fault(bytes)).isNotEmpty();
            assertThat(GoJson.shown(bytes)).isNotNull();
        }
    }

    /** What is done with an object before it is known to be sound. */
    private static void held(ObjectNode object) {
        Validation.typeErrors(object, PODS.schema());
        dev.skerry.kube.schema.Fields.prune(object, PODS.schema());
        Names.validateMetadata(object, PODS.gvk(), true);
    }

    @FuzzTest(maxDuration = "3m")
    void protobuf(byte[] bytes) {
        try {
            var object = Bodies.protobuf(bytes);
            assertThat(Bodies.write(object)).isNotEmpty();
            ProtobufWriter.write(object);
        } catch (Failure e) {
            assertThat(e.code()).isEqualTo(400);
        }
    }

    @FuzzTest(maxDuration = "3m")
    void yaml(byte[] bytes) {
        try {
            assertThat(Bodies.write(Yamls.read(bytes, "").node())).isNotEmpty();
        } catch (Failure e) {
            assertThat(e.code()).isEqualTo(400);
        }
    }

    /** The first byte says which of the four. */
    @FuzzTest(maxDuration = "3m")
    void patch(byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return;
        }
        JsonNode patch;
        try {
            patch = JsonReader.read(Arrays.copyOfRange(bytes, 1, bytes.length)).node();
        } catch (IOException e) {
            return;
        }
        var live = (ObjectNode) Bodies.JSON.readTree(LIVE);
        try {
            switch (bytes[0] & 3) {
                case 0 -> Patches.json(live, patch);
                case 1 -> Patches.merge(live, patch);
                case 2 -> {
                    if (patch instanceof ObjectNode object) {
                        Patches.strategic(live, object, PODS.schema());
                    }
                }
                default -> {
                    if (patch instanceof ObjectNode object && ServerSideApply.typeFault(object, PODS.schema()).isEmpty() && Validation.typeErrors(object, PODS.schema()).isEmpty()) {
                        ServerSideApply.apply(live, object, PODS.schema(), "m", false, "v1", "", Instant.EPOCH);
                    }
                }
            }
        } catch (PatchException | ApplyConflictException e) {
            assertThat(e.getMessage()).isNotNull();
        }
        assertThat(live).as("the live object is not the patch's").isEqualTo(Bodies.JSON.readTree(LIVE));
    }

    @FuzzTest(maxDuration = "3m")
    void selector(byte[] bytes) {
        var text = text(bytes);
        for (var labels : new boolean[] {true, false}) {
            try {
                var selector = Selector.parse(labels ? text : "", labels ? "" : text, PODS);
                selector.test((ObjectNode) Bodies.JSON.readTree(LIVE));
            } catch (Failure e) {
                assertThat(e.code()).isEqualTo(400);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @FuzzTest(maxDuration = "3m")
    void path(byte[] bytes) {
        var steps = Arrays.stream(text(bytes).split("/")).filter(s -> !s.isEmpty()).toList();
        Target.parse(steps, TYPES).ifPresent(t -> assertThat(t.key()).startsWith("/"));
    }

    @FuzzTest(maxDuration = "3m")
    void query(byte[] bytes) {
        var text = text(bytes);
        assertThat(Form.find(text) == null || !Form.PLAIN.media().isEmpty()).isTrue();
        try {
            assertThat(Timeouts.of(text, Duration.ofSeconds(60))).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(60));
            Lists.number(text, "limit");
        } catch (Failure e) {
            assertThat(e.code()).isEqualTo(400);
        }
        try {
            Lists.Position.of(text, "/core/pods/default/");
        } catch (Failure e) {
            assertThat(e.code()).isEqualTo(400);
        }
    }

    @FuzzTest(maxDuration = "3m")
    void token(byte[] bytes) {
        var text = text(bytes);
        WebTokens.parse(text).ifPresent(t -> assertThat(t.signedBy(KEY, "SHA256withRSA")).isFalse());
        try {
            OidcKeys.read(Bodies.JSON.readTree("{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": " + new com.fasterxml.jackson.databind.node.TextNode(text) + ", \"y\": \"AA\"}"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @FuzzTest(maxDuration = "3m")
    void auditPolicy(byte[] bytes) {
        try {
            AuditPolicy.parse(text(bytes));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static final java.security.PublicKey KEY = key();

    private static java.security.PublicKey key() {
        try {
            var generator = java.security.KeyPairGenerator.getInstance("RSA");
            generator.initialize(1_024);
            return generator.generateKeyPair().getPublic();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
