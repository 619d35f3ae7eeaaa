package dev.skerry.kube.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CelEnvironmentTest {
    private static final String SCHEMA = """
            {"type":"object","properties":{
              "n":{"type":"integer"},"s":{"type":"string"},"d":{"type":"number"},"b-c":{"type":"string"},"in":{"type":"string"},
              "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
              "map":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer"}}}},
              "free":{"type":"object","additionalProperties":{"type":"string"}},
              "is":{"x-kubernetes-int-or-string":true},"at":{"type":"string","format":"date-time"},"gone":{"type":"string"}}}""";
    private static final String SELF = """
            {"n":3,"s":"abc","d":2,"b-c":"x","in":"y","set":["a","b"],"map":[{"k":"a","v":1},{"k":"b","v":2}],"free":{"x.y":"z"},"is":"10%","at":"2024-01-02T03:04:05Z"}""";

    @ParameterizedTest
    @ValueSource(strings = {
        "self.n == 3 && self.s.size() == 3", "self.b__dash__c == 'x' && self.__in__ == 'y'", "self.d == 2.0 && self.d > 1", "!has(self.gone)", "self.?gone.orValue('q') == 'q'",
        "self.set == ['b', 'a']", "(self.set + ['b', 'c']).size() == 3", "(self.map + self.map).size() == 2 && self.map == self.map + self.map", "self.free['x.y'] == 'z'",
        "self.is == '10%'", "self.at.getFullYear() == 2024", "self.map.all(m, m.v > 0) && self.map.exists_one(m, m.k == 'a')", "[1,2,3].sum() == 6 && [3,1].min() == 1 && ['a','b'].isSorted()",
        "[1,2,1].lastIndexOf(1) == 2 && 'abc'.indexOf('c') == 2", "'a1b22'.findAll('[0-9]+') == ['1','22'] && 'a1'.find('[0-9]') == '1'", "'%s-%d'.format([dyn('a'), dyn(3)]) == 'a-3'",
        "ip('10.0.0.1').family() == 4 && cidr('10.0.0.0/8').containsIP('10.1.1.1') && isIP('::1') && !isIP('1.2.3')", "ip.isCanonical('::1') && string(ip('0:0::1')) == '::1'",
        "url('https://a.b:80/c?x=1').getHostname() == 'a.b' && url('https://a.b/c?x=1').getQuery()['x'] == ['1']", "quantity('1Ki').isGreaterThan(quantity('1k')) && quantity('1000m') == quantity('1')",
        "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).minor() == 2", "!format.dns1123Label().validate('abc').hasValue() && format.named('uri').hasValue()",
        "sets.contains([1,2],[1]) && 'aBc'.lowerAscii() == 'abc' && ' a '.trim() == 'a'", "cel.bind(x, self.n, x + x == 6) && dyn([1,2]).sum() == 3 && dyn([1]).indexOf(1) == 0", "{'a':1}.all(k, v, k == 'a' && v == 1)",
        "type(self.n) == int && 'a' in self.set && 'x.y' in self.free", "[self.n, 4].exists(x, x == 3)", "self.s.matches('^a.c$') && self.s.substring(1) == 'bc'", "jsonpatch.escapeKey('a/b~c') == 'a~1b~0c'",
    })
    void answersWhatUpstreamAnswers(String expression) throws Exception {
        assertThat(self().compile(expression).eval(Map.of("self", json(SELF)), budget())).isEqualTo(true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "self.zz == 1;ERROR: <input>:1:5: undefined field 'zz'\\n | self.zz == 1\\n | ....^",
        "frob(self.n);ERROR: <input>:1:5: undeclared reference to 'frob' (in container '')\\n | frob(self.n)\\n | ....^",
        "self.n == 'x';ERROR: <input>:1:8: found no matching overload for '_==_' applied to '(int, string)'\\n | self.n == 'x'\\n | .......^",
        "self.s.matches('(');ERROR: <input>:1:16: invalid matches argument\\n | self.s.matches('(')\\n | ...............^",
        "params.x == 1;ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\\n | params.x == 1\\n | ^",
    })
    void namesIssuesAsUpstreamDoes(String expression, String text) throws Exception {
        assertThatThrownBy(() -> self().compile(expression)).isInstanceOf(CelCompileException.class).hasMessage(text.replace("\\n", "\n"));
    }

    @Test
    void namesSyntaxErrorsAsUpstreamDoes() {
        assertThatThrownBy(() -> self().compile("self.n +")).hasMessage("ERROR: <input>:1:9: Syntax error: mismatched input '<EOF>' expecting "
                + "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.n +\n | ........^");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "self.gone == 'x';no such key: gone", "self.free['q'] == '';no such key: q", "self.set[7] == '';index out of bounds: 7", "1 / (self.n - 3) == 1;division by zero",
        "object.data.nope == 'x';no such key: nope", "object.n + 'x' == 'y';no such overload",
        "[1,2,3,4,5,6,7,8,9,10].all(a,[1,2,3,4,5,6,7,8,9,10].all(b,[1,2,3,4,5,6,7,8,9,10].all(c,[1,2,3,4,5,6,7,8,9,10].all(d,[1,2,3,4,5,6,7,8,9,10].all(e,[1,2,3,4,5,6,7,8,9,10].all(f,a+b+c+d+e+f>0))))))"
                + ";operation cancelled: actual cost limit exceeded",
    })
    void failsInUpstreamsWords(String expression, String text) throws Exception {
        assertThatThrownBy(() -> self().compile(expression).eval(Map.of("self", json(SELF), "object", json("{\"data\":{},\"n\":1}")), budget()))
                .isInstanceOf(CelRunException.class).hasMessage(text);
    }

    @Test
    void seesLazyMembersNullsOptionalsAndAuthorizers() throws Exception {
        var environment = CelEnvironment.builder().variable("object", ValueType.DYN).structure("variables", Map.of("a", ValueType.INT)).variable("authorizer", ValueType.AUTHORIZER)
                .optionalSchema("oldSelf", json("{\"type\":\"integer\"}"), false).build();
        Authorizer authorizer = new Authorizer() {
            @Override
            public Decision check(Question q) {
                return new Decision(q.resource().equals("pods") && q.verb().equals("get"), "", "");
            }

            @Override
            public Authorizer serviceAccount(String namespace, String name) {
                return this;
            }
        };
        Map<String, ?> values = Map.of("object", json("null"), "variables", Map.of("a", (Supplier<Object>) () -> 4L), "authorizer", authorizer, "oldSelf", Optional.of(json("3")));
        assertThat(environment.compile("object == null && variables.a == 4 && authorizer.group('').resource('pods').check('get').allowed() && oldSelf.value() == 3 && oldSelf.hasValue()")
                .eval(values, budget())).isEqualTo(true);
        assertThatThrownBy(() -> environment.compile("variables.zz")).hasMessageContaining("undefined field 'zz'");
    }

    @Test
    void makesObjectsAndPatches() throws Exception {
        var environment = CelEnvironment.builder().variable("object", ValueType.DYN).mutations().build();
        var made = environment.compile("Object{metadata: Object.metadata{labels: {'a': 'b'}}, spec: Object.spec{?n: optional.none()}}");
        assertThat(made.resultType().name()).isEqualTo("Object");
        assertThat(CelEnvironment.json(made.eval(Map.of("object", json("{}")), budget())))
                .isEqualTo(json("{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{}}"));
        var patch = environment.compile("[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: 'x'}]");
        assertThat(CelEnvironment.json(patch.eval(Map.of("object", json("{}")), budget()))).isEqualTo(json("[{\"op\":\"add\",\"path\":\"/metadata/labels/a~1b\",\"value\":\"x\"}]"));
    }

    private static CelEnvironment self() throws Exception {
        return CelEnvironment.builder().schema("self", json(SCHEMA), false).variable("object", ValueType.DYN).build();
    }

    private static CelBudget budget() {
        return new CelBudget(CelBudget.REQUEST);
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }
}
