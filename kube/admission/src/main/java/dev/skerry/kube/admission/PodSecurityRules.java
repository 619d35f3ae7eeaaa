package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.admission.PodSecurityLevel.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/** The rules of the Pod Security Standards, in upstream's order: those of the baseline, then the restricted ones. */
final class PodSecurityRules {

    /** One rule that is broken: what is forbidden, and who does it. */
    record Fault(String reason, String detail) {
        String text() {
            return detail.isEmpty() ? reason : reason + " (" + detail + ")";
        }
    }

    private static final Set<String> BASELINE_CAPABILITIES = Set.of("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
            "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT");
    private static final Set<String> PLAIN_VOLUMES = Set.of("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret", "image");
    private static final Set<String> SAFE_PROFILES = Set.of("RuntimeDefault", "Localhost");
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
    private static final String SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";

    private final JsonNode metadata;
    private final JsonNode spec;
    private final JsonNode context;
    private final List<JsonNode> containers = new ArrayList<>();
    private final int minor;
    private final List<Fault> faults = new ArrayList<>();

    private PodSecurityRules(JsonNode metadata, JsonNode spec, int minor) {
        this.metadata = metadata;
        this.spec = spec;
        this.context = spec.path("securityContext");
        this.minor = minor;
        for (var list : List.of("initContainers", "containers", "ephemeralContainers")) {
            spec.path(list).forEach(containers::add);
        }
    }

    /** What of a Pod the level forbids. */
    static List<Fault> faults(PodSecurityLevel level, JsonNode metadata, JsonNode spec) {
        if (level.privileged()) {
            return List.of();
        }
        var rules = new PodSecurityRules(metadata, spec, level.minor());
        rules.baseline(level.level() == Level.RESTRICTED);
        if (level.level() == Level.RESTRICTED) {
            rules.restricted();
        }
        return rules.faults;
    }

    private void baseline(boolean restrictedToo) {
        appArmor();
        if (!restrictedToo || minor < 22) {
            capabilities();
        }
        hostNamespaces();
        if (!restrictedToo) {
            hostPaths();
        }
        hostPorts();
        if (minor >= 34) {
            probeHosts();
        }
        forbid("privileged", named(c -> c.path("securityContext").path("privileged").asBoolean()), "must not set securityContext.privileged=true");
        if (!relaxed(35)) {
            procMount();
        }
        seLinux();
        if (!restrictedToo || minor < 19) {
            seccomp();
        }
        sysctls();
        hostProcess();
    }

    private void restricted() {
        var windows = minor >= 25 && spec.path("os").path("name").asText("").equals("windows");
        if (minor >= 8 && !windows) {
            forbid("allowPrivilegeEscalation != false", named(c -> c.path("securityContext").path("allowPrivilegeEscalation").asBoolean(true)),
                    "must set securityContext.allowPrivilegeEscalation=false");
        }
        if (minor >= 22 && !windows) {
            droppedCapabilities();
        }
        volumes();
        if (!relaxed(34)) {
            nonRoot();
            if (minor >= 23) {
                rootUser();
            }
        }
        if (minor >= 19 && !windows) {
            seccompRequired();
        }
    }

    /** Users of a Pod with a user namespace of its own are nobody on the host. */
    private boolean relaxed(int since) {
        return minor >= since && spec.path("hostUsers").isBoolean() && !spec.path("hostUsers").asBoolean();
    }

    private void appArmor() {
        var values = new TreeSet<String>();
        var setters = new ArrayList<String>();
        var bad = (Predicate<JsonNode>) c -> bad(c.path("appArmorProfile").path("type"), values);
        if (bad.test(context)) {
            setters.add("pod");
        }
        setters(setters, named(c -> bad.test(c.path("securityContext"))));
        var annotations = new TreeSet<String>();
        metadata.path("annotations").properties().forEach(e -> {
            var profile = e.getValue().asText();
            if (e.getKey().startsWith(APP_ARMOR) && !profile.isEmpty() && !profile.equals("runtime/default") && !profile.startsWith("localhost/")) {
                annotations.add(e.getKey());
                values.add(profile);
            }
        });
        if (!annotations.isEmpty()) {
            setters.add(plural("annotation", "annotations", annotations) + " " + quoted(annotations));
        }
        if (!setters.isEmpty()) {
            faults.add(new Fault(plural("forbidden AppArmor profile", "forbidden AppArmor profiles", values),
                    String.join(" and ", setters) + " must not set AppArmor profile type to " + quoted(values)));
        }
    }

    private static boolean bad(JsonNode type, Set<String> values) {
        var forbidden = !type.isMissingNode() && !SAFE_PROFILES.contains(type.asText());
        if (forbidden) {
            values.add(type.asText());
        }
        return forbidden;
    }

    private void capabilities() {
        var values = new TreeSet<String>();
        var who = named(c -> added(c, BASELINE_CAPABILITIES, values));
        forbid("non-default capabilities", who, "must not include " + quoted(values) + " in securityContext.capabilities.add");
    }

    private static boolean added(JsonNode container, Set<String> allowed, Set<String> values) {
        var any = false;
        for (var capability : container.path("securityContext").path("capabilities").path("add")) {
            if (!allowed.contains(capability.asText())) {
                values.add(capability.asText());
                any = true;
            }
        }
        return any;
    }

    private void hostNamespaces() {
        var set = List.of("hostNetwork", "hostPID", "hostIPC").stream().filter(n -> spec.path(n).asBoolean()).map(n -> n + "=true").toList();
        if (!set.isEmpty()) {
            faults.add(new Fault("host namespaces", String.join(", ", set)));
        }
    }

    private void hostPaths() {
        var names = new ArrayList<String>();
        for (var volume : spec.path("volumes")) {
            if (volume.has("hostPath")) {
                names.add(volume.path("name").asText());
            }
        }
        if (!names.isEmpty()) {
            faults.add(new Fault("hostPath volumes", plural("volume", "volumes", names) + " " + quoted(names)));
        }
    }

    private void hostPorts() {
        var ports = new TreeSet<String>();
        var who = named(c -> {
            var any = false;
            for (var port : c.path("ports")) {
                if (port.path("hostPort").asInt() != 0) {
                    ports.add(port.path("hostPort").asText());
                    any = true;
                }
            }
            return any;
        });
        forbid("hostPort", who, plural("uses", "use", who) + " " + plural("hostPort", "hostPorts", ports) + " " + String.join(", ", ports));
    }

    private void probeHosts() {
        var hosts = new TreeSet<String>();
        var who = new TreeSet<>(named(c -> {
            var before = hosts.size();
            var any = false;
            for (var handler : List.of(c.path("livenessProbe"), c.path("readinessProbe"), c.path("startupProbe"), c.path("lifecycle").path("postStart"), c.path("lifecycle").path("preStop"))) {
                for (var kind : List.of("httpGet", "tcpSocket")) {
                    var host = handler.path(kind).path("host").asText("");
                    if (!host.isEmpty()) {
                        hosts.add(host);
                        any = true;
                    }
                }
            }
            return any || hosts.size() > before;
        }));
        forbid("probe or lifecycle host", who, plural("uses", "use", who) + " " + plural("probe or lifecycle host", "probe or lifecycle hosts", hosts) + " " + quoted(hosts));
    }

    private void procMount() {
        var values = new TreeSet<String>();
        var who = named(c -> {
            var type = c.path("securityContext").path("procMount").asText("Default");
            if (!type.equals("Default")) {
                values.add(type);
            }
            return !type.equals("Default");
        });
        forbid("procMount", who, "must not set securityContext.procMount to " + quoted(values));
    }

    private void seLinux() {
        var allowed = new LinkedHashSet<>(List.of("", "container_t", "container_init_t", "container_kvm_t"));
        if (minor >= 31) {
            allowed.add("container_engine_t");
        }
        var types = new TreeSet<String>();
        var others = new TreeSet<String>();
        var bad = (Predicate<JsonNode>) c -> {
            var options = c.path("seLinuxOptions");
            var any = !allowed.contains(options.path("type").asText(""));
            if (any) {
                types.add(options.path("type").asText());
            }
            for (var member : List.of("user", "role")) {
                if (!options.path(member).asText("").isEmpty()) {
                    others.add(member);
                    any = true;
                }
            }
            return any;
        };
        var setters = new ArrayList<String>();
        if (bad.test(context)) {
            setters.add("pod");
        }
        setters(setters, named(c -> bad.test(c.path("securityContext"))));
        if (!setters.isEmpty()) {
            var data = new ArrayList<String>();
            if (!types.isEmpty()) {
                data.add(plural("type", "types", types) + " " + quoted(types));
            }
            List.of("user", "role").stream().filter(others::contains).forEach(m -> data.add(m + " may not be set"));
            faults.add(new Fault("seLinuxOptions", String.join(" and ", setters) + " set forbidden securityContext.seLinuxOptions: " + String.join("; ", data)));
        }
    }

    private void seccomp() {
        if (minor < 19) {
            var forbidden = new TreeSet<String>();
            var keys = new LinkedHashSet<>(List.of(SECCOMP_POD));
            containers.forEach(c -> keys.add(SECCOMP_CONTAINER + c.path("name").asText()));
            for (var key : keys) {
                var value = metadata.path("annotations").path(key).asText("runtime/default");
                if (!value.equals("runtime/default") && !value.equals("docker/default") && !value.startsWith("localhost/")) {
                    forbidden.add(key + "=" + new TextNode(value));
                }
            }
            if (!forbidden.isEmpty()) {
                faults.add(new Fault("seccompProfile", "forbidden " + plural("annotation", "annotations", forbidden) + " " + String.join(", ", forbidden)));
            }
            return;
        }
        badSeccomp();
    }

    private boolean badSeccomp() {
        return explicit("seccompProfile", c -> c.path("seccompProfile").path("type"), t -> !SAFE_PROFILES.contains(t.asText()),
                values -> "must not set securityContext.seccompProfile.type to " + quoted(values));
    }

    private void seccompRequired() {
        if (!badSeccomp() && !context.path("seccompProfile").has("type")) {
            required("seccompProfile", named(c -> !c.path("securityContext").path("seccompProfile").has("type")),
                    "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
        }
    }

    private void sysctls() {
        var allowed = new LinkedHashSet<>(List.of("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
                "net.ipv4.ip_unprivileged_port_start"));
        if (minor >= 27) {
            allowed.add("net.ipv4.ip_local_reserved_ports");
        }
        if (minor >= 29) {
            allowed.addAll(List.of("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"));
        }
        if (minor >= 32) {
            allowed.addAll(List.of("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"));
        }
        var names = new ArrayList<String>();
        for (var sysctl : context.path("sysctls")) {
            if (!allowed.contains(sysctl.path("name").asText())) {
                names.add(sysctl.path("name").asText());
            }
        }
        if (!names.isEmpty()) {
            faults.add(new Fault("forbidden sysctls", String.join(", ", names)));
        }
    }

    private void hostProcess() {
        explicit("hostProcess", c -> c.path("windowsOptions").path("hostProcess"), JsonNode::asBoolean, values -> "must not set securityContext.windowsOptions.hostProcess=true");
    }

    private void droppedCapabilities() {
        var missing = named(c -> {
            for (var capability : c.path("securityContext").path("capabilities").path("drop")) {
                if (capability.asText().equals("ALL")) {
                    return false;
                }
            }
            return true;
        });
        var values = new TreeSet<String>();
        var adding = named(c -> added(c, Set.of("NET_BIND_SERVICE"), values));
        var details = new ArrayList<String>();
        if (!missing.isEmpty()) {
            details.add(who(missing) + " must set securityContext.capabilities.drop=[\"ALL\"]");
        }
        if (!adding.isEmpty()) {
            details.add(who(adding) + " must not include " + quoted(values) + " in securityContext.capabilities.add");
        }
        if (!details.isEmpty()) {
            faults.add(new Fault("unrestricted capabilities", String.join("; ", details)));
        }
    }

    private void volumes() {
        var names = new TreeSet<String>();
        var types = new TreeSet<String>();
        for (var volume : spec.path("volumes")) {
            volume.fieldNames().forEachRemaining(type -> {
                if (!type.equals("name") && !PLAIN_VOLUMES.contains(type)) {
                    names.add(volume.path("name").asText());
                    types.add(type);
                }
            });
        }
        if (!names.isEmpty()) {
            faults.add(new Fault("restricted volume types", plural("volume", "volumes", names) + " " + quoted(names) + " " + plural("uses", "use", names) + " "
                    + plural("restricted volume type", "restricted volume types", types) + " " + quoted(types)));
        }
    }

    private void nonRoot() {
        var reason = "runAsNonRoot != true";
        var bad = explicit(reason, c -> c.path("runAsNonRoot"), v -> !v.asBoolean(), values -> "must not set securityContext.runAsNonRoot=false");
        if (!bad && !context.path("runAsNonRoot").asBoolean()) {
            required(reason, named(c -> !c.path("securityContext").path("runAsNonRoot").isBoolean()), "must set securityContext.runAsNonRoot=true");
        }
    }

    private void rootUser() {
        explicit("runAsUser=0", c -> c.path("runAsUser"), v -> v.asLong() == 0, values -> "must not set runAsUser=0");
    }

    /** The Pod or containers that set a member to a bad value. @return whether there are any */
    private boolean explicit(String reason, Function<JsonNode, JsonNode> member, Predicate<JsonNode> bad, Function<Set<String>, String> detail) {
        var values = new TreeSet<String>();
        var test = (Predicate<JsonNode>) c -> {
            var value = member.apply(c);
            var found = !value.isMissingNode() && !value.isNull() && bad.test(value);
            if (found) {
                values.add(value.asText());
            }
            return found;
        };
        var setters = new ArrayList<String>();
        if (test.test(context)) {
            setters.add("pod");
        }
        setters(setters, named(c -> test.test(c.path("securityContext"))));
        if (!setters.isEmpty()) {
            faults.add(new Fault(reason, String.join(" and ", setters) + " " + detail.apply(values)));
        }
        return !setters.isEmpty();
    }

    private void required(String reason, List<String> who, String must) {
        if (!who.isEmpty()) {
            faults.add(new Fault(reason, "pod or " + who(who) + " " + must));
        }
    }

    private void forbid(String reason, Collection<String> who, String detail) {
        if (!who.isEmpty()) {
            faults.add(new Fault(reason, who(who) + " " + detail));
        }
    }

    private static void setters(List<String> setters, List<String> containers) {
        if (!containers.isEmpty()) {
            setters.add(who(containers));
        }
    }

    private List<String> named(Predicate<JsonNode> bad) {
        return containers.stream().filter(bad).map(c -> c.path("name").asText()).toList();
    }

    private static String who(Collection<String> containers) {
        return plural("container", "containers", containers) + " " + quoted(containers);
    }

    private static String plural(String one, String many, Collection<String> of) {
        return of.size() == 1 ? one : many;
    }

    private static String quoted(Collection<String> texts) {
        return String.join(", ", texts.stream().map(t -> "\"" + t + "\"").toList());
    }
}
