package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;

/** What is not an object: which kinds there are, how they look, the version, the issuer of account tokens. */
final class MetaPaths {

    private final ResourceTypes types;
    private final AccountTokens accounts;
    private final Optional<MetricsGroup> metrics;
    private final Discovery discovery;
    private final OpenApi openApi;

    /** @param metrics what is measured, if there is something to measure */
    MetaPaths(ResourceTypes types, AccountTokens accounts, Optional<MetricsGroup> metrics) {
        this.types = types;
        this.accounts = accounts;
        this.metrics = metrics;
        this.discovery = new Discovery(types, metrics.isPresent());
        this.openApi = new OpenApi(types);
    }

    /** @return empty if the path is one of objects */
    Optional<? extends JsonNode> answer(ServerRequest request, ServerResponse response, List<String> steps) throws Failure {
        var aggregated = Discovery.wantsAggregated(request.headers().first(HeaderNames.ACCEPT).orElse(""));
        var first = steps.isEmpty() ? "" : steps.getFirst();
        if (aggregated && steps.size() == 1 && (first.equals("api") || first.equals("apis"))) {
            response.header(HeaderNames.CONTENT_TYPE, Discovery.AGGREGATED);
            response.header(HeaderNames.VARY, "Accept");
            return Optional.of(discovery.aggregated(first.equals("api")));
        }
        if ((first.equals("api") && steps.size() <= 2 || first.equals("apis") && steps.size() <= 3) && !Form.of(request.headers().first(HeaderNames.ACCEPT).orElse(""), true).as().isEmpty()) {
            throw Failure.notAcceptable("only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf");
        }
        if (metrics.isPresent() && first.equals("apis") && steps.size() > 1 && steps.get(1).equals(MetricsGroup.NAME)) {
            return Optional.of(metrics.get().answer(request, steps));
        }
        return switch (first) {
            case "" -> Optional.of(paths());
            case "api" -> switch (steps.size()) {
                case 1 -> Optional.of(Discovery.versions());
                case 2 -> Optional.of(discovery.resources("", steps.get(1)).orElseThrow(Failure::noResource));
                default -> Optional.empty();
            };
            case "apis" -> switch (steps.size()) {
                case 1 -> Optional.of(discovery.groups());
                case 2 -> Optional.of(discovery.group(steps.get(1)).orElseThrow(Failure::noPath));
                case 3 -> Optional.of(discovery.resources(steps.get(1), steps.get(2)).orElseThrow(types.hasGroup(steps.get(1)) ? Failure::noResource : Failure::noPath));
                default -> Optional.empty();
            };
            case "version" -> Optional.of(version());
            case ".well-known", "openid" -> issuer(request, response, steps);
            case "openapi" -> openApi(response, steps);
            default -> throw Failure.noPath();
        };
    }

    /** For those who check tokens of service accounts themselves. */
    private Optional<? extends JsonNode> issuer(ServerRequest request, ServerResponse response, List<String> steps) throws Failure {
        return switch (String.join("/", steps)) {
            case ".well-known/openid-configuration" -> {
                response.header(HeaderNames.CACHE_CONTROL, "public, max-age=3600");
                yield Optional.of(AccountTokens.discovery("https://" + request.authority()));
            }
            case "openid/v1/jwks" -> {
                response.header(HeaderNames.CACHE_CONTROL, "public, max-age=3600");
                response.header(HeaderNames.CONTENT_TYPE, "application/jwk-set+json");
                yield Optional.of(accounts.published());
            }
            default -> throw Failure.noPath();
        };
    }

    private Optional<? extends JsonNode> openApi(ServerResponse response, List<String> steps) throws Failure {
        var rest = steps.subList(1, steps.size());
        if (rest.equals(List.of("v2"))) {
            return Optional.of(openApi.whole());
        }
        if (rest.isEmpty() || !rest.getFirst().equals("v3")) {
            throw Failure.noPath();
        }
        if (rest.size() == 1) {
            return Optional.of(openApi.index());
        }
        var document = openApi.document(String.join("/", rest.subList(1, rest.size())));
        if (document.isEmpty()) {
            throw Failure.nothing();
        }
        return document;
    }

    private static ObjectNode paths() {
        var body = JsonNodeFactory.instance.objectNode();
        body.putArray("paths").add("/.well-known/openid-configuration").add("/api").add("/apis").add("/healthz").add("/livez").add("/openapi/v2").add("/openapi/v3").add("/openid/v1/jwks").add("/readyz").add("/version");
        return body;
    }

    private static ObjectNode version() {
        return JsonNodeFactory.instance.objectNode()
                .put("major", "1").put("minor", "36").put("gitVersion", ApiServer.VERSION).put("gitCommit", "").put("gitTreeState", "clean")
                .put("buildDate", "1970-01-01T00:00:00Z").put("goVersion", "none").put("compiler", "javac").put("platform", "linux/amd64");
    }
}
