package dev.skerry.kube.node;

import dev.skerry.kube.node.cri.Image;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the images of a Pod's containers on this machine, or brings them here as the containers' pull policies say. */
final class PodImages {

    private static final Pattern NAME = Pattern.compile("(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?"
            + "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*"
            + "(?::[\\w][\\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?");

    private final PodParts parts;
    private final PullSecrets secrets;
    private final Restarts pulls = new Restarts();
    private final Map<String, Failure> failed = new HashMap<>();

    private record Failure(Instant at, String reason, String message) {}

    PodImages(PodParts parts) {
        this.parts = parts;
        this.secrets = new PullSecrets(parts.client());
    }

    Image image(Pod pod, Container container) throws NotStartedException {
        var name = Optional.ofNullable(container.getImage()).orElse("");
        if (!NAME.matcher(name).matches()) {
            var message = "Failed to apply default image tag \"" + name + "\": couldn't parse image name \"" + name + "\": invalid reference format";
            parts.events().warning(pod, container.getName(), "InspectFailed", message);
            throw failed(pod, container, "InvalidImageName", message);
        }
        var there = parts.cri().image(name);
        var policy = Optional.ofNullable(container.getImagePullPolicy()).orElse("IfNotPresent");
        if (there.isPresent() && !policy.equals("Always")) {
            parts.events().normal(pod, container.getName(), "Pulled", "Container image \"" + name + "\" already present on machine and can be accessed by the pod");
            return there.get();
        }
        if (policy.equals("Never")) {
            var message = "Container image \"" + name + "\" is not present with pull policy of Never";
            parts.events().warning(pod, container.getName(), "ErrImageNeverPull", message);
            throw failed(pod, container, "ErrImageNeverPull", message);
        }
        return pulled(pod, container, name);
    }

    private NotStartedException failed(Pod pod, Container container, String reason, String message) {
        parts.events().warning(pod, container.getName(), "Failed", "Error: " + reason);
        return new NotStartedException(reason, message);
    }

    private Image pulled(Pod pod, Container container, String name) throws NotStartedException {
        var before = failed.get(name);
        if (before != null && pulls.wait(name, before.at(), parts.clock().instant()).isPresent()) {
            var message = "Back-off pulling image \"" + name + "\"";
            parts.events().normal(pod, container.getName(), "BackOff", message);
            throw failed(pod, container, "ImagePullBackOff", message + ": " + before.reason() + ": " + before.message());
        }
        parts.events().normal(pod, container.getName(), "Pulling", "Pulling image \"" + name + "\"");
        var began = System.nanoTime();
        try {
            secrets.pull(parts.cri(), pod, name);
            failed.remove(name);
            var image = parts.cri().image(name).orElseThrow(() -> new NotStartedException("ErrImagePull", "image \"" + name + "\" is not there after it was pulled"));
            var took = text(Duration.ofNanos(System.nanoTime() - began));
            parts.events().normal(pod, container.getName(), "Pulled", "Successfully pulled image \"" + name + "\" in " + took + " (" + took + " including waiting). Image size: " + image.getSize() + " bytes.");
            return image;
        } catch (StatusRuntimeException e) {
            if (Cri.away(e)) {
                throw e;
            }
            var now = parts.clock().instant();
            pulls.restarted(name, now, now);
            var message = "rpc error: code = " + Cri.code(e) + " desc = " + e.getStatus().getDescription();
            failed.put(name, new Failure(now, "ErrImagePull", message));
            parts.events().warning(pod, container.getName(), "Failed", "Failed to pull image \"" + name + "\": " + message);
            throw failed(pod, container, "ErrImagePull", message);
        }
    }

    /** Seconds and thousandths, as Go writes them. */
    private static String text(Duration duration) {
        return duration.toMillis() < 1000 ? duration.toMillis() + "ms" : java.math.BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + "s";
    }
}
