package dev.skerry.kube.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules of security contexts, of a Pod's operating system and of the host's namespaces. */
final class SecurityValidation {
    private static final String SYSCTL = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
    private static final Pattern SYSCTL_FORM = Pattern.compile(SYSCTL);
    private static final Pattern NETBIOS = Pattern.compile("[^\\\\/:*?\"<>|.][^\\\\/:*?\"<>|]{0,14}");
    private static final Pattern DOMAIN = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");
    private static final Pattern NO_USER = Pattern.compile("[\"/\\\\:;|=,+*?<>@\\[\\]]");
    private static final int SYSCTL_LENGTH = 253;
    private static final int PATH_LENGTH = 4095;
    private static final int CREDENTIAL_SIZE = 64 * 1024;
    private static final int DOMAIN_LENGTH = 256;
    private static final int USER_LENGTH = 104;
    private static final List<String> NOT_ON_WINDOWS = List.of("appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls",
            "shareProcessNamespace", "runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy");
    private static final List<String> NOT_IN_WINDOWS_CONTAINERS = List.of("appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities",
            "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup");

    private SecurityValidation() {}

    static void pod(Place spec) {
        Place context = spec.get("securityContext");
        for (String id : List.of("fsGroup", "runAsUser", "runAsGroup")) {
            context.get(id).between(0, Integer.MAX_VALUE);
        }
        context.get("supplementalGroups").items().forEach(g -> g.between(0, Integer.MAX_VALUE));
        if (spec.get("shareProcessNamespace").flag() && spec.get("hostPID").flag()) {
            spec.get("shareProcessNamespace").named(context.path() + ".shareProcessNamespace").invalid("ShareProcessNamespace and HostPID cannot both be enabled");
        }
        sysctls(context.get("sysctls"), spec);
        whole(context.get("fsGroupChangePolicy"), "Always", "OnRootMismatch");
        seccomp(context.get("seccompProfile"));
        windows(context.get("windowsOptions"));
        appArmor(context.get("appArmorProfile"));
        whole(context.get("supplementalGroupsPolicy"), "Merge", "Strict");
        whole(context.get("seLinuxChangePolicy"), "MountOption", "Recursive");
    }

    private static void whole(Place place, String... allowed) {
        if (place.given() && !place.in(allowed)) {
            place.notSupported(allowed);
        }
    }

    static void container(Place context, boolean hostUsers) {
        if (!context.given()) {
            return;
        }
        context.get("runAsUser").between(0, Integer.MAX_VALUE);
        context.get("runAsGroup").between(0, Integer.MAX_VALUE);
        Place mount = context.get("procMount");
        whole(mount, "Default", "Unmasked");
        if (hostUsers && mount.is("Unmasked")) {
            mount.invalidText("`hostUsers` must be false to use `Unmasked`");
        }
        seccomp(context.get("seccompProfile"));
        if (context.has("allowPrivilegeEscalation") && !context.get("allowPrivilegeEscalation").flag()) {
            if (context.get("privileged").flag()) {
                context.invalidAs(shown(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            for (String capability : context.get("capabilities", "add").texts()) {
                if (capability.equals("CAP_SYS_ADMIN")) {
                    context.invalidAs(shown(context), "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
                }
            }
        }
        windows(context.get("windowsOptions"));
        appArmor(context.get("appArmorProfile"));
    }

    private static String shown(Place context) {
        return GoView.show(context.value(), "k8s.io.api.core.v1.SecurityContext");
    }

    private static void sysctls(Place sysctls, Place spec) {
        Set<String> names = new HashSet<>();
        for (Place sysctl : sysctls.items()) {
            Place name = sysctl.get("name");
            if (name.blank()) {
                name.required();
            } else if (name.text().length() > SYSCTL_LENGTH || !SYSCTL_FORM.matcher(name.text()).matches()) {
                name.invalidText("must have at most " + SYSCTL_LENGTH + " characters and match regex " + SYSCTL);
            } else if (!names.add(name.text())) {
                name.duplicate();
            }
            String plain = name.text().replace('/', '.');
            if (spec.get("hostNetwork").flag() && plain.startsWith("net.")) {
                name.invalidText("may not be specified when 'hostNetwork' is true");
            } else if (spec.get("hostIPC").flag() && (plain.startsWith("kernel.shm") || plain.startsWith("kernel.msg") || plain.equals("kernel.sem") || plain.startsWith("fs.mqueue."))) {
                name.invalidText("may not be specified when 'hostIPC' is true");
            }
        }
    }

    private static void seccomp(Place profile) {
        if (!profile.given()) {
            return;
        }
        Place type = profile.get("type");
        if (type.blank()) {
            type.required("type is required when seccompProfile is set");
        } else {
            type.oneOf("Localhost", "RuntimeDefault", "Unconfined");
        }
        Place local = profile.get("localhostProfile");
        if (!type.is("Localhost")) {
            if (local.given()) {
                local.invalidAs(GoView.show(profile.value(), "k8s.io.api.core.v1.SeccompProfile"), "can only be set when seccomp type is Localhost");
            }
        } else if (!local.given()) {
            local.required("must be set when seccomp type is Localhost");
        } else {
            Forms.descendingPath(local);
        }
    }

    private static void appArmor(Place profile) {
        if (!profile.given()) {
            return;
        }
        Place type = profile.get("type");
        Place local = profile.get("localhostProfile");
        switch (type.text()) {
            case "Localhost" -> {
                if (!local.given() || local.text().isEmpty()) {
                    local.required("must be set when AppArmor type is Localhost");
                } else if (!local.text().equals(local.text().strip())) {
                    local.invalidText("must not be padded with whitespace");
                }
                if (local.text().length() > PATH_LENGTH) {
                    local.tooLong(PATH_LENGTH);
                }
            }
            case "RuntimeDefault", "Unconfined" -> {
                if (local.given()) {
                    local.invalidText("can only be set when AppArmor type is Localhost");
                }
            }
            case "" -> type.required("type is required when appArmorProfile is set");
            default -> type.notSupported("Localhost", "RuntimeDefault", "Unconfined");
        }
    }

    private static void windows(Place options) {
        if (options.has("gmsaCredentialSpecName")) {
            options.get("gmsaCredentialSpecName").subdomain();
        }
        Place credential = options.get("gmsaCredentialSpec");
        if (credential.given() && credential.text().isEmpty()) {
            credential.invalidText("gmsaCredentialSpec cannot be an empty string");
        } else if (credential.text().length() > CREDENTIAL_SIZE) {
            credential.invalidText("gmsaCredentialSpec size must be under 64 KiB");
        }
        Place name = options.get("runAsUserName");
        if (!name.given()) {
            return;
        }
        String[] parts = name.text().split("\\\\", -1);
        if (name.text().isEmpty()) {
            name.invalidText("runAsUserName cannot be an empty string");
        } else if (name.text().chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            name.invalidText("runAsUserName cannot contain control characters");
        } else if (parts.length > 2) {
            name.invalidText("runAsUserName cannot contain more than one backslash");
        } else {
            user(name, parts.length == 2 ? parts[0] : null, parts[parts.length - 1]);
        }
    }

    private static void user(Place name, @org.jspecify.annotations.Nullable String domain, String user) {
        if (domain != null && domain.length() >= DOMAIN_LENGTH) {
            name.invalidText("runAsUserName's Domain length must be under " + DOMAIN_LENGTH + " characters");
        }
        if (domain != null && !NETBIOS.matcher(domain).matches() && !DOMAIN.matcher(domain).matches()) {
            name.invalidText("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
        if (user.isEmpty()) {
            name.invalidText("runAsUserName's User cannot be empty");
        } else if (user.length() > USER_LENGTH) {
            name.invalidText("runAsUserName's User length must not be longer than " + USER_LENGTH + " characters");
        }
        if (user.matches("[. ]+")) {
            name.invalidText("runAsUserName's User cannot contain only periods or spaces");
        }
        if (NO_USER.matcher(user).find()) {
            name.invalidText("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
        }
    }

    /** Containers that are processes of a Windows host: all or none. */
    static void hostProcess(Place spec) {
        Place whole = spec.get("securityContext", "windowsOptions", "hostProcess");
        int all = 0;
        int some = 0;
        for (Place container : PodValidation.everyContainer(spec)) {
            Place own = container.get("securityContext", "windowsOptions", "hostProcess");
            all++;
            if (whole.given() && own.given() && whole.flag() != own.flag()) {
                own.invalid("pod hostProcess value must be identical if both are specified, was " + whole.flag());
            }
            some += own.flag() || !own.given() && whole.flag() ? 1 : 0;
        }
        if (some == 0) {
            return;
        }
        if (some != all) {
            spec.invalidAs("\"\"", "If pod contains any hostProcess containers then all containers must be HostProcess containers");
        }
        if (!spec.get("hostNetwork").flag()) {
            spec.get("hostNetwork").invalidAs("false", "hostNetwork must be true if pod contains any hostProcess containers");
        }
    }

    /** A Pod with users of its own keeps out of the host's namespaces. */
    static void ownUsers(Place spec) {
        for (String name : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (spec.get(name).flag()) {
                spec.get(name.equals("hostNetwork") ? name : name.replace("host", "Host")).forbidden("when `pod.Spec.HostUsers` is false");
            }
        }
    }

    /** The operating system, and what it rules out. */
    static void system(Place spec) {
        Place name = spec.get("os", "name");
        if (name.blank()) {
            name.required("cannot be empty");
            return;
        }
        Place context = spec.get("securityContext");
        switch (name.text()) {
            case "linux" -> {
                forbid(context, "windowsOptions", "windows options cannot be set for a linux pod");
                PodValidation.everyContainer(spec).forEach(c -> forbid(c.get("securityContext"), "windowsOptions", "windows options cannot be set for a linux pod"));
            }
            case "windows" -> {
                for (String member : NOT_ON_WINDOWS) {
                    forbid(member.equals("shareProcessNamespace") ? spec : context, member, "cannot be set for a windows pod");
                    if (member.equals("seLinuxOptions")) {
                        forbid(spec, "hostUsers", "cannot be set for a windows pod");
                        forbidTrue(spec, "hostPID");
                        forbidTrue(spec, "hostIPC");
                    }
                }
                for (Place container : PodValidation.everyContainer(spec)) {
                    NOT_IN_WINDOWS_CONTAINERS.forEach(m -> forbid(container.get("securityContext"), m, "cannot be set for a windows pod"));
                }
            }
            default -> name.named(spec.path() + ".os").notSupported("linux", "windows");
        }
    }

    private static void forbid(Place parent, String member, String why) {
        if (parent.has(member)) {
            parent.get(member).forbidden(why);
        }
    }

    private static void forbidTrue(Place spec, String member) {
        if (spec.get(member).flag()) {
            spec.get(member).forbidden("cannot be set for a windows pod");
        }
    }
}
